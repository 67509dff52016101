package dev.ambit.control.session;

import java.time.Instant;

/// Why a session is suspended, or was when it ended, and since when.
public record Suspension(Reason reason, String detail, Instant at) {
  /// What suspends a session.
  public enum Reason {
    /// Somebody asked for it.
    REQUESTED,
    /// The agent was denied more often than the template allows.
    DENIALS,
    /// The context changed in a key that the template names.
    CONTEXT_CHANGED
  }
}
