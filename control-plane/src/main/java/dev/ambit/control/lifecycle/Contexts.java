package dev.ambit.control.lifecycle;

import com.google.protobuf.ByteString;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.closure.Cuts;
import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.SuspensionTable;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.SessionFacts;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Changes what is true around a session, for its opener. Thread-safe; blocks on the store.
public final class Contexts {
  private final Sessions sessions;
  private final SuspensionTable table;
  private final Cuts cuts;
  private final InstantSource clock;

  /// @param cuts tells when proxies have put a version in force
  public Contexts(Sessions sessions, SuspensionTable table, Cuts cuts, InstantSource clock) {
    this.sessions = sessions;
    this.table = table;
    this.cuts = cuts;
    this.clock = clock;
  }

  /// Makes a version with these changes, suspends the session if its template says so, and waits
  /// until every proxy has put it in force or has no lease any more.
  ///
  /// @param changes new values by key; an empty one removes the key
  public Answer<StoredSession> update(Caller caller, String id, Map<String, String> changes)
      throws InterruptedException {
    if (changes.isEmpty() || changes.size() > SessionFacts.CONTEXT_MAX) {
      return Answer.refuse(
          Kind.INVALID,
          "changes",
          "changes: "
              + changes.size()
              + " values (expected: 1 to "
              + SessionFacts.CONTEXT_MAX
              + ")");
    }
    return switch (sessions.get(caller, id)) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var session) -> update(caller, session, changes);
    };
  }

  private Answer<StoredSession> update(
      Caller caller, StoredSession session, Map<String, String> changes)
      throws InterruptedException {
    if (!caller.mayExtend(session)) {
      return refuse(Kind.FORBIDDEN, session, "a session of the opener");
    }
    if (session.state() != SessionState.ACTIVE && session.state() != SessionState.SUSPENDED) {
      return new Answer.Refused<>(
          Refusal.of(Kind.CONFLICT, "state", session.state().name(), "ACTIVE or SUSPENDED"));
    }
    var envelope = Sessions.envelope(session);
    var before = envelope.facts().context();
    var after = new TreeMap<>(before);
    changes.forEach((key, value) -> {
      if (value.isEmpty()) {
        after.remove(key);
      } else {
        after.put(key, value);
      }
    });
    if (after.equals(before)) {
      return new Answer.Given<>(session);
    }
    try {
      var bytes = EnvelopeCodec.encode(envelope.withFacts(envelope.facts().withContext(after)));
      return bytes.length > EnvelopeCodec.BYTES_MAX
          ? refuse(Kind.FULL, session, "an envelope of at most " + EnvelopeCodec.BYTES_MAX)
          : change(caller, session, bytes, changed(before, after));
    } catch (IllegalArgumentException refused) {
      var message = String.valueOf(refused.getMessage());
      return Answer.refuse(Kind.INVALID, message.substring(0, message.indexOf(':')), message);
    }
  }

  private Answer<StoredSession> change(
      Caller caller, StoredSession session, byte[] envelope, SortedSet<String> keys)
      throws InterruptedException {
    var now = now();
    var next =
        new SuspensionTable.Next(
            ByteString.copyFrom(envelope),
            HexFormat.of().formatHex(EnvelopeCodec.digest(envelope)));
    var named = String.join(", ", keys);
    return switch (table.change(
        session, next, suspension(session, keys, now), caller.name(), named, now)) {
      case STALE -> refuse(Kind.CONFLICT, session, "one that nobody else changes");
      case FULL -> refuse(Kind.FULL, session, "less in the contexts of the workload's sessions");
      case DONE -> inForce(caller, session);
    };
  }

  private Answer<StoredSession> inForce(Caller caller, StoredSession session)
      throws InterruptedException {
    return switch (sessions.get(caller, session.id().value())) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var after) -> {
        var _ = cuts.await(after.seat(), Cuts.ANY, after.version());
        yield sessions.get(caller, after.id().value());
      }
    };
  }

  private static Optional<Suspension> suspension(
      StoredSession session, SortedSet<String> changed, Instant now) {
    var tripped = new TreeSet<>(changed);
    tripped.retainAll(session.tripwires().contextKeys());
    return tripped.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Suspension(
                Suspension.Reason.CONTEXT_CHANGED,
                "context changed: " + String.join(", ", tripped),
                now));
  }

  private static SortedSet<String> changed(Map<String, String> before, Map<String, String> after) {
    var keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    keys.removeIf(
        key -> Optional.ofNullable(before.get(key)).equals(Optional.ofNullable(after.get(key))));
    return keys;
  }

  /// Whole milliseconds, as the store keeps them.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static Answer<StoredSession> refuse(Kind kind, StoredSession session, String expected) {
    return new Answer.Refused<>(Refusal.of(kind, "session_id", session.id().value(), expected));
  }
}
