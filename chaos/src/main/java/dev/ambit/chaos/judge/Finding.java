package dev.ambit.chaos.judge;

import java.time.Instant;

/// Something that did not hold.
///
/// @param invariant which one
/// @param at when it happened, or was due
/// @param sentence what happened, with call, session and times
public record Finding(Invariant invariant, Instant at, String sentence) {}
