package dev.ambit.control.lifecycle;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.closure.Cuts;
import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.SuspensionTable;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// Stops sessions for a while, and starts them again when their opener affirms them. Thread-safe;
/// blocks on the store.
public final class Suspensions {
  private final Sessions sessions;
  private final SuspensionTable table;
  private final Cuts cuts;
  private final InstantSource clock;

  /// @param cuts tells when proxies have stopped
  public Suspensions(Sessions sessions, SuspensionTable table, Cuts cuts, InstantSource clock) {
    this.sessions = sessions;
    this.table = table;
    this.cuts = cuts;
    this.clock = clock;
  }

  /// Suspends a session for whoever may end it, and waits until it is cut: every proxy has
  /// acknowledged, or its lease has ended. What is SUSPENDED stays so, for the first reason.
  public Answer<StoredSession> suspend(Caller caller, String id, String detail)
      throws InterruptedException {
    var wrong = OrderCheck.checkDetail(detail);
    if (wrong.isPresent()) {
      return new Answer.Refused<>(wrong.get());
    }
    return switch (sessions.get(caller, id)) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var session) -> suspend(caller, session, detail);
    };
  }

  /// Affirms a session for its opener: who takes authority away need not be who gives it back.
  public Answer<StoredSession> resume(Caller caller, String id, String detail) {
    var wrong = OrderCheck.checkDetail(detail);
    if (wrong.isPresent()) {
      return new Answer.Refused<>(wrong.get());
    }
    return switch (sessions.get(caller, id)) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var session) -> resume(caller, session, detail);
    };
  }

  private Answer<StoredSession> suspend(Caller caller, StoredSession session, String detail)
      throws InterruptedException {
    if (!caller.mayClose(session)) {
      return refuse(Kind.FORBIDDEN, session, "a session that the caller may suspend");
    }
    var why = new Suspension(Suspension.Reason.REQUESTED, Sessions.by(caller, detail), now());
    var _ = table.suspend(session.id(), why, caller.name(), detail);
    return switch (sessions.get(caller, session.id().value())) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var after) -> {
        if (after.state() != SessionState.SUSPENDED) {
          yield conflict(after, "ACTIVE or SUSPENDED");
        }
        var _ = cuts.await(after.seat(), Cuts.ANY, after.version());
        yield sessions.get(caller, after.id().value());
      }
    };
  }

  private Answer<StoredSession> resume(Caller caller, StoredSession session, String detail) {
    if (!caller.mayExtend(session)) {
      return refuse(Kind.FORBIDDEN, session, "a session of the opener");
    }
    var now = now();
    if (!now.isBefore(session.expiresAt())) {
      return conflict(session, "one that has not expired");
    }
    var _ = table.resume(session.id(), caller.name(), detail, now);
    return switch (sessions.get(caller, session.id().value())) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var after) ->
          after.state() == SessionState.ACTIVE
              ? new Answer.Given<>(after)
              : conflict(after, "SUSPENDED or ACTIVE");
    };
  }

  /// Whole milliseconds, as the store keeps them.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static Answer<StoredSession> conflict(StoredSession session, String expected) {
    return new Answer.Refused<>(
        Refusal.of(Kind.CONFLICT, "state", session.state().name(), expected));
  }

  private static Answer<StoredSession> refuse(Kind kind, StoredSession session, String expected) {
    return new Answer.Refused<>(Refusal.of(kind, "session_id", session.id().value(), expected));
  }
}
