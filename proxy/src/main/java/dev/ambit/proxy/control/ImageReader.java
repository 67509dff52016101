package dev.ambit.proxy.control;

import com.google.protobuf.Message;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Delta;
import dev.ambit.proto.v1.SessionEnd;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Snapshot;
import dev.ambit.proxy.model.Refusal;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Turns what the control plane says into the next image, or says why not (INV-16). A session that
/// is not understood whole is not put in force: what it restricts could not be enforced. Pure but
/// for the clock.
final class ImageReader {
  /// Sessions of one image.
  static final int SESSIONS_MAX = 256;

  /// Ended sessions that are remembered; of more the oldest are forgotten.
  static final int TOMBSTONES_MAX = 4_096;

  private static final long LIFE_SECONDS_MAX = Duration.ofDays(366).toSeconds();

  private final String workload;
  private final Function<Envelope, Optional<String>> objection;
  private final LongSupplier nanoTime;

  /// @param workload the SPIFFE ID that envelopes must be addressed to
  /// @param objection why an envelope may not be put in force here; empty when it may
  ImageReader(
      String workload, Function<Envelope, Optional<String>> objection, LongSupplier nanoTime) {
    this.workload = workload;
    this.objection = objection;
    this.nanoTime = nanoTime;
  }

  Reading snapshot(SessionImage current, Snapshot snapshot) {
    if (foreign(snapshot)) {
      return new Reading.Broken("snapshot: unknown field (expected: none)");
    }
    if (snapshot.getEpoch() < Math.max(1, current.epoch())) {
      return new Reading.Broken(
          "epoch: " + snapshot.getEpoch() + " (expected: at least " + current.epoch() + ")");
    }
    if (snapshot.getEpoch() == current.epoch() && snapshot.getVersion() < current.version()) {
      return new Reading.Broken(
          "version: " + snapshot.getVersion() + " (expected: at least " + current.version() + ")");
    }
    var next = new Draft(current);
    var named = new HashSet<String>();
    snapshot.getSessionsList().forEach(session -> named.add(session.getSessionId()));
    // What is not named any more ended while nobody could tell us; why is not known.
    for (var open : List.of(current.sessions().keySet(), current.refused().keySet())) {
      for (var id : open) {
        if (!named.contains(id.value())) {
          next.end(id, Reason.SESSION_ENDED);
        }
      }
    }
    if (snapshot.getEpoch() > current.epoch()) {
      // Another history: its versions say nothing about those of before.
      next.sessions.clear();
      next.refused.clear();
    }
    snapshot.getSessionsList().forEach(next::change);
    return next.reading(snapshot.getEpoch(), snapshot.getVersion());
  }

  Reading delta(SessionImage current, Delta delta) {
    if (foreign(delta)) {
      return new Reading.Broken("delta: unknown field (expected: none)");
    }
    if (current.epoch() == 0 || delta.getEpoch() != current.epoch()) {
      return new Reading.Broken(
          "epoch: " + delta.getEpoch() + " (expected: " + current.epoch() + ")");
    }
    if (delta.getVersion() <= current.version()) {
      return new Reading.Broken(
          "version: " + delta.getVersion() + " (expected: > " + current.version() + ")");
    }
    var next = new Draft(current);
    delta.getEndedList().forEach(next::end);
    delta.getChangedList().forEach(next::change);
    return next.reading(delta.getEpoch(), delta.getVersion());
  }

  /// Whether a message says something that this proxy cannot understand.
  static boolean foreign(Message message) {
    return !message.getUnknownFields().asMap().isEmpty();
  }

  /// The image being made, and what was refused on the way.
  private final class Draft {
    private final Map<SessionId, Session> sessions;
    private final Map<SessionId, Refusal> refused;
    private final Map<SessionId, Tombstone> ended;
    private final List<String> alarms = new ArrayList<>();

    Draft(SessionImage current) {
      sessions = new HashMap<>(current.sessions());
      refused = new HashMap<>(current.refused());
      ended = new HashMap<>(current.ended());
    }

    void end(SessionEnd end) {
      var id = id(end.getSessionId());
      if (id.isEmpty()) {
        alarms.add("ended: no session id");
      } else {
        end(id.get(), foreign(end) ? Reason.SESSION_ENDED : reason(end.getReason()));
      }
    }

    void end(SessionId id, Reason reason) {
      refused.remove(id);
      var session = sessions.remove(id);
      var handle = session == null ? "" : session.handleDigest();
      ended.putIfAbsent(id, new Tombstone(reason, handle));
    }

    void change(dev.ambit.proto.v1.SessionImage said) {
      var id = id(said.getSessionId());
      if (id.isEmpty()) {
        alarms.add("session: no session id");
        return;
      }
      if (ended.containsKey(id.get())) {
        alarms.add(id.get() + ": has ended and cannot come back");
        return;
      }
      if (isNewer(id.get(), said)) {
        take(id.get(), said);
      }
    }

    /// Versions only grow, also past one that was refused (INV-16); what is older or contradicts
    /// the present one changes nothing.
    private boolean isNewer(SessionId id, dev.ambit.proto.v1.SessionImage said) {
      var barred = refused.get(id);
      if (barred != null) {
        return said.getVersion() > barred.version();
      }
      var present = sessions.get(id);
      if (present == null || said.getVersion() > present.version()) {
        return true;
      }
      if (repeats(present, said)) {
        shorten(present, said);
      } else {
        alarms.add(
            id
                + ": version "
                + said.getVersion()
                + " (expected: > "
                + present.version()
                + "); the present one stays");
      }
      return false;
    }

    /// What is said again may say that less time is left than we count: our clock stands still
    /// while the machine is suspended. Never that more is.
    private void shorten(Session present, dev.ambit.proto.v1.SessionImage said) {
      var lasts = said.getExpiresIn();
      if (lasts.getSeconds() <= LIFE_SECONDS_MAX) {
        var left = Duration.ofSeconds(lasts.getSeconds(), lasts.getNanos());
        var deadline = nanoTime.getAsLong() + (left.isNegative() ? 0 : left.toNanos());
        if (deadline - present.deadlineNanos() < 0) {
          sessions.put(present.id(), present.until(deadline));
        }
      }
    }

    private void take(SessionId id, dev.ambit.proto.v1.SessionImage said) {
      switch (session(id, said)) {
        case Parsed.Ok<Session>(Session session) -> {
          refused.remove(id);
          sessions.put(id, session);
        }
        case Parsed.Malformed<Session>(String why) -> {
          // The version before is outdated: to keep it could permit what is no longer permitted.
          sessions.remove(id);
          refused.put(id, new Refusal(said.getVersion(), why));
          alarms.add(id + ": " + why + "; it is not in force");
        }
      }
    }

    Reading reading(long epoch, long version) {
      var open = sessions.size() + refused.size();
      if (open > SESSIONS_MAX) {
        return new Reading.Broken(
            "sessions: " + open + " (expected: at most " + SESSIONS_MAX + ")");
      }
      if (ended.size() > TOMBSTONES_MAX) {
        ended.keySet().stream()
            .sorted(Comparator.comparing(SessionId::value))
            .limit(ended.size() - TOMBSTONES_MAX)
            .toList()
            .forEach(ended::remove);
      }
      return new Reading.Next(new SessionImage(epoch, version, sessions, refused, ended), alarms);
    }
  }

  private static boolean repeats(Session present, dev.ambit.proto.v1.SessionImage said) {
    return said.getVersion() == present.version()
        && HexFormat.of().formatHex(said.getEnvelopeDigest().toByteArray()).equals(present.digest())
        && present.suspended() == (said.getState() == SessionState.SESSION_STATE_SUSPENDED);
  }

  private Parsed<Session> session(SessionId id, dev.ambit.proto.v1.SessionImage said) {
    if (foreign(said)) {
      return new Parsed.Malformed<>("unknown field (expected: none)");
    }
    if (said.getState() != SessionState.SESSION_STATE_ACTIVE
        && said.getState() != SessionState.SESSION_STATE_SUSPENDED) {
      return new Parsed.Malformed<>("state: neither ACTIVE nor SUSPENDED");
    }
    var json = said.getEnvelope().toByteArray();
    if (json.length > EnvelopeCodec.BYTES_MAX) {
      return new Parsed.Malformed<>("envelope: larger than " + EnvelopeCodec.BYTES_MAX + " bytes");
    }
    var digest = EnvelopeCodec.digest(json);
    if (!MessageDigest.isEqual(digest, said.getEnvelopeDigest().toByteArray())) {
      return new Parsed.Malformed<>("envelope: its digest is another one");
    }
    return EnvelopeCodec.decode(json).then(envelope -> session(id, said, digest, envelope));
  }

  private Parsed<Session> session(
      SessionId id, dev.ambit.proto.v1.SessionImage said, byte[] digest, Envelope envelope) {
    if (!envelope.workload().equals(workload)) {
      return new Parsed.Malformed<>("workload: of another workload");
    }
    if (!envelope.session().equals(id)) {
      return new Parsed.Malformed<>("session: of another session");
    }
    var handle = said.getHandleDigest().toByteArray();
    if (handle.length != (envelope.sharing() == Sharing.BY_HANDLE ? 32 : 0)) {
      return new Parsed.Malformed<>("handle_digest: does not go with the sharing");
    }
    var lasts = said.getExpiresIn();
    if (lasts.getSeconds() < 0 || lasts.getNanos() < 0 || lasts.getSeconds() > LIFE_SECONDS_MAX) {
      return new Parsed.Malformed<>("expires_in: out of range");
    }
    if (lasts.getSeconds() == 0 && lasts.getNanos() == 0) {
      return new Parsed.Malformed<>("expires_in: 0 (expected: not expired already)");
    }
    var objected = objection.apply(envelope);
    if (objected.isPresent()) {
      return new Parsed.Malformed<>(objected.get());
    }
    var life = Duration.ofSeconds(lasts.getSeconds(), lasts.getNanos());
    return new Parsed.Ok<>(
        new Session(
            id,
            said.getVersion(),
            said.getState() == SessionState.SESSION_STATE_SUSPENDED,
            Rules.of(envelope),
            HexFormat.of().formatHex(digest),
            nanoTime.getAsLong() + life.toNanos(),
            HexFormat.of().formatHex(handle)));
  }

  private static Optional<SessionId> id(String text) {
    try {
      return Optional.of(new SessionId(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Reason reason(CloseReason reason) {
    return switch (reason) {
      case CLOSE_REASON_EXPIRED -> Reason.SESSION_EXPIRED;
      case CLOSE_REASON_IDLE -> Reason.SESSION_IDLE;
      case CLOSE_REASON_UNSPECIFIED,
          CLOSE_REASON_COMPLETED,
          CLOSE_REASON_REVOKED,
          CLOSE_REASON_WORKLOAD_GONE,
          CLOSE_REASON_POLICY_CHANGED,
          UNRECOGNIZED ->
          Reason.SESSION_ENDED;
    };
  }
}
