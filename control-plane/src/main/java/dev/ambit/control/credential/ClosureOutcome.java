package dev.ambit.control.credential;

import java.time.Instant;

/// What became of a credential at the end (credentials.md 2).
public sealed interface ClosureOutcome {
  /// The issuer refuses it, by a probe that had said ALIVE before.
  record DeadProven() implements ClosureOutcome {}

  /// Not proven before its own expiry.
  record DeadByExpiry(Instant at) implements ClosureOutcome {}

  /// A standing key that is not the session's to kill.
  record Outlives() implements ClosureOutcome {}

  /// Still alive, or unknown.
  record Unproven(String reason) implements ClosureOutcome {}
}
