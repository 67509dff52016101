package dev.ambit.proxy.model;

import dev.ambit.envelope.Authority;
import java.util.Optional;

/// Is told the end of every call, exactly once each: the last line of the way of a call, also when
/// a stage threw. Writes the record and counts. Never waits; called on the loop.
public interface CallLog {
  /// A grant permits the call; told before anything is taken for it, so that whatever becomes of it
  /// can name the grant.
  void permitted(Arrival arrival, Session session, String target, String grant);

  /// A call has ended. Whoever carries the call tells it once, whatever the outcome.
  void ended(Arrival arrival, CallEnd end);

  /// Something was refused that never became a call: malformed, too large, or a tunnel to where no
  /// target is.
  ///
  /// @param authority where it would have gone, as far as that was understood
  /// @param method as the agent spelled it, empty when there was none; escaped and cut by the log
  /// @param status what the agent was answered; 0 when the connection was closed without an answer
  void refused(CallId id, Optional<Authority> authority, String method, Denial denial, int status);
}
