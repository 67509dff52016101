package dev.ambit.control.credential;

/// What an issuer says to a revocation. Neither answer proves anything.
public sealed interface RevokeAnswer {
  /// It says it did.
  record Accepted() implements RevokeAnswer {}

  /// It says it did not, or nothing that can be understood.
  record Refused(String why) implements RevokeAnswer {}
}
