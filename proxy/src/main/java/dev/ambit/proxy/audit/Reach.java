package dev.ambit.proxy.audit;

/// How far the chains of the spool reach at one moment.
///
/// @param bootId the newest chain; the others are sent before it
/// @param seq its last record that is durable; 0 when nothing was ever written
/// @param lostUntil sessions that were there at this version or before may have decisions in no
///   record; 0 when there are none
public record Reach(String bootId, long seq, long lostUntil) {}
