package dev.ambit.control.closure;

import dev.ambit.envelope.SessionId;

/// Works off every session that is CLOSING, from the store alone, so that it goes on after a crash
/// where it was: cut, revoke (leaves first), probe until settled, receipt, CLOSED. Retries for ever
/// with back-off.
public interface Closures {
  /// A session went to CLOSING: look now rather than at the next poll. Any thread; returns at once.
  void wake(SessionId session);

  /// Waits until the session's cut is known (acknowledged or lease ended). Blocks.
  void awaitCut(SessionId session) throws InterruptedException;

  /// Sessions that are CLOSING for longer than max(60 s, the propagation bounds of their
  /// providers).
  int overdue();
}
