package dev.ambit.proxy.budget;

import dev.ambit.envelope.SessionId;
import java.util.concurrent.CompletionStage;

/// The ledger of the control plane, as a proxy sees it. Every answer comes on the loop, at the
/// latest when its deadline is over; none completes exceptionally.
public interface Ledger {
  /// Takes one call from every budget that the session and grant draw on, or none.
  CompletionStage<Answer> reserve(String reservationId, SessionId session, String grant);

  /// Says how many calls of a reservation were spent, 0 or 1.
  CompletionStage<Settled> settle(String reservationId, int spent);

  /// What became of a settlement.
  enum Settled {
    UNDERSTOOD,
    /// The ledger knows no such reservation, or not yet: it may be on its way still.
    UNKNOWN,
    /// It could not be asked.
    UNAVAILABLE
  }

  /// What the ledger says.
  sealed interface Answer {
    record Reserved() implements Answer {}

    /// A budget has no room: the session's, or the grant's.
    record Exhausted() implements Answer {}

    /// It could not be asked in time. It may have taken the room all the same.
    record Unavailable() implements Answer {}
  }
}
