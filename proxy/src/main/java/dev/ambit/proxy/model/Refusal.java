package dev.ambit.proxy.model;

/// What is remembered of a session whose newest version is not understood or may not be enforced
/// here: it is not in force, and nothing older comes back.
///
/// @param version of the change that was refused
/// @param why one plain sentence, for the log and the control plane
public record Refusal(long version, String why) {}
