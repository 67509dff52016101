package dev.ambit.control.credential;

/// What an issuer says of a credential's life. Errors and time-outs are `Unknown`, never `Dead`.
public sealed interface Probe {
  /// It lives, and what the issuer tells of it.
  record Alive(Told told) implements Probe {}

  record Dead() implements Probe {}

  /// No usable answer, and why, in our words.
  record Unknown(String why) implements Probe {}
}
