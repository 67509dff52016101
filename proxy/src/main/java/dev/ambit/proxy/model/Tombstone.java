package dev.ambit.proxy.model;

import dev.ambit.envelope.Reason;

/// What is remembered of a session that ended, so that later calls are told why.
///
/// @param reason what they are told: ended, expired or idle
/// @param handleDigest as in [Session]: by it a handle of the ended session is still known
public record Tombstone(Reason reason, String handleDigest) {}
