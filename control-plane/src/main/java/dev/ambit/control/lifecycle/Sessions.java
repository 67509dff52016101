package dev.ambit.control.lifecycle;

import com.google.protobuf.ByteString;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.closure.Closures;
import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Tripwires;
import dev.ambit.control.store.BudgetTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.SessionTable.Opening;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.resources.SessionTemplate;
import dev.ambit.resources.SessionTemplate.Instance;
import dev.ambit.resources.SessionTemplate.SuspendAfter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What callers may do with sessions. Thread-safe; every method blocks on the store.
public final class Sessions {
  private final SessionTable table;
  private final CurrentResources resources;
  private final Closures closures;
  private final Handles handles;
  private final KnownPods pods;
  private final Ids ids;
  private final InstantSource clock;

  public Sessions(
      SessionTable table,
      CurrentResources resources,
      Closures closures,
      Handles handles,
      KnownPods pods,
      Ids ids,
      InstantSource clock) {
    this.table = table;
    this.resources = resources;
    this.closures = closures;
    this.handles = handles;
    this.pods = pods;
    this.ids = ids;
    this.clock = clock;
  }

  /// Instantiates a template for one workload, or finds what the same key opened before.
  public Answer<Opened> open(Caller caller, OpenOrder order) {
    var wrong = OrderCheck.check(order);
    if (wrong.isPresent()) {
      return new Answer.Refused<>(wrong.get());
    }
    // Before the template: a retry must find its session even when the template is gone by now.
    if (!order.idempotencyKey().isEmpty()) {
      var repeated = table.repeated(caller.name(), order.idempotencyKey());
      if (repeated.isPresent()) {
        return repeated(order, repeated.get());
      }
    }
    var template = resources.current().templates().get(order.template());
    if (template == null) {
      return refuse(Kind.INVALID, "template", order.template(), "the name of a SessionTemplate");
    }
    if (!template.admitsOpener(caller.name())) {
      return refuse(
          Kind.FORBIDDEN, "template", order.template(), "one whose openers admit the caller");
    }
    if (!template.admitsWorkload(order.workload())) {
      return refuse(
          Kind.INVALID,
          "workload.spiffe_id",
          order.workload(),
          "one that the template's workloads admit");
    }
    return unbound(order, template).orElseGet(() -> freeze(caller, order, template));
  }

  /// Why the pod of an order does not go with the template, if it does not.
  private Optional<Answer<Opened>> unbound(OpenOrder order, SessionTemplate template) {
    if (template.binding() == Binding.IDENTITY) {
      return order.podUid().isEmpty()
          ? Optional.empty()
          : Optional.of(
              refuse(
                  Kind.INVALID,
                  "workload.pod_uid",
                  order.podUid(),
                  "none for a template with identity"));
    }
    return pods.unusable(new Seat(order.workload(), order.podUid())).map(Answer.Refused::new);
  }

  /// One session that the caller may see.
  public Answer<StoredSession> get(Caller caller, String id) {
    var found = parse(id).flatMap(table::find).filter(caller::maySee);
    return found
        .<Answer<StoredSession>>map(Answer.Given::new)
        .orElseGet(() -> refuse(Kind.UNKNOWN, "session_id", id, "a session of the caller"));
  }

  /// A page of sessions that the caller may see, newest first.
  ///
  /// @param before id of the last one of the page before; empty: from the newest
  public List<StoredSession> list(
      Caller caller, Optional<SessionState> state, String template, String before, int count) {
    var opener = caller.isOperator() ? "" : caller.name();
    return table.list(new SessionTable.Filter(opener, state, template), before, count);
  }

  /// Moves the expiry to `ttl` from now.
  public Answer<StoredSession> extend(Caller caller, String id, Duration ttl) {
    return switch (get(caller, id)) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var session) -> extend(caller, session, ttl);
    };
  }

  /// Ends a session and waits until it is cut: every proxy has acknowledged, or its lease has
  /// ended.
  ///
  /// @param revoked true: authority was taken away, and `detail` says why; false: the job is done
  public Answer<StoredSession> close(Caller caller, String id, boolean revoked, String detail)
      throws InterruptedException {
    if (revoked && detail.isBlank()) {
      return refuse(Kind.INVALID, "detail", "", "why the session is revoked");
    }
    var wrong = OrderCheck.checkDetail(detail);
    if (wrong.isPresent()) {
      return new Answer.Refused<>(wrong.get());
    }
    return switch (get(caller, id)) {
      case Answer.Refused<StoredSession> refused -> refused;
      case Answer.Given<StoredSession>(var session) -> {
        if (!caller.mayClose(session)) {
          yield refuse(Kind.FORBIDDEN, "session_id", id, "a session that the caller may close");
        }
        end(session.id(), revoked ? EndReason.REVOKED : EndReason.COMPLETED, by(caller, detail));
        closures.awaitCut(session.id());
        yield get(caller, id);
      }
    };
  }

  /// Ends a session that is ACTIVE or SUSPENDED, for whatever reason, and sets its closure going.
  /// False when it had ended already.
  public boolean end(SessionId id, EndReason reason, String detail) {
    var ended = table.end(id, reason, shown(detail), clock.instant());
    if (ended) {
      closures.wake(id);
    }
    return ended;
  }

  /// Who did something and why, as sessions show it.
  static String by(Caller caller, String detail) {
    return shown("by " + caller.name() + (detail.isEmpty() ? "" : ": " + detail));
  }

  private static String shown(String detail) {
    return detail.length() <= OrderCheck.DETAIL_MAX
        ? detail
        : detail.substring(0, OrderCheck.DETAIL_MAX);
  }

  private Answer<StoredSession> extend(Caller caller, StoredSession session, Duration ttl) {
    var wrong = OrderCheck.checkTtl(ttl);
    if (wrong.isPresent()) {
      return new Answer.Refused<>(wrong.get());
    }
    if (!caller.mayExtend(session)) {
      return refuse(Kind.FORBIDDEN, "session_id", session.id().value(), "a session of the opener");
    }
    if (session.state() != SessionState.ACTIVE) {
      return refuse(Kind.CONFLICT, "state", session.state().name(), "ACTIVE");
    }
    var now = now();
    var left = Duration.between(now, session.latestExpiry());
    if (ttl.compareTo(left) > 0) {
      return refuse(
          Kind.INVALID,
          "ttl",
          OrderCheck.seconds(ttl),
          "at most " + OrderCheck.seconds(left) + ", the template's maxTtl since the opening");
    }
    var expiresAt = now.plus(ttl);
    if (!expiresAt.isAfter(session.expiresAt())) {
      return refuse(
          Kind.INVALID,
          "ttl",
          OrderCheck.seconds(ttl),
          "more than the "
              + OrderCheck.seconds(Duration.between(now, session.expiresAt()))
              + " that are left");
    }
    if (!now.isBefore(session.expiresAt())) {
      return refuse(Kind.CONFLICT, "state", "expired", "ACTIVE");
    }
    var longer = envelope(session).withExpiry(expiresAt);
    var forbidden = resources.current().policy().forbids(longer, session.openedAt());
    if (forbidden.isPresent()) {
      return refuse(Kind.INVALID, "ttl", OrderCheck.seconds(ttl), "what the Policy allows");
    }
    var bytes = EnvelopeCodec.encode(longer);
    var extended =
        table.extend(
            session.id(),
            session.version(),
            ByteString.copyFrom(bytes),
            HexFormat.of().formatHex(EnvelopeCodec.digest(bytes)),
            expiresAt);
    return extended
        ? get(caller, session.id().value())
        : refuse(Kind.CONFLICT, "session_id", session.id().value(), "one that nobody else changes");
  }

  private Answer<Opened> freeze(Caller caller, OpenOrder order, SessionTemplate template) {
    var id = new SessionId(ids.next());
    var now = now();
    var instance =
        template.instantiate(
            new SessionTemplate.Order(id, order.workload(), order.facts(), order.ttl(), now));
    return switch (instance) {
      case Instance.Refused(var problems) -> {
        var first = problems.getFirst();
        yield Answer.refuse(Kind.INVALID, first.field(), first.message());
      }
      case Instance.Frozen(var envelope) -> {
        var bytes = EnvelopeCodec.encode(envelope);
        yield bytes.length > EnvelopeCodec.BYTES_MAX
            ? refuse(
                Kind.INVALID,
                "template",
                bytes.length + "-bytes",
                "an envelope of at most " + EnvelopeCodec.BYTES_MAX + " bytes")
            : store(order, draft(caller, order, template, envelope, bytes, now));
      }
    };
  }

  private StoredSession draft(
      Caller caller,
      OpenOrder order,
      SessionTemplate template,
      Envelope envelope,
      byte[] bytes,
      Instant now) {
    var byHandle = envelope.sharing() == Sharing.BY_HANDLE;
    return new StoredSession(
        envelope.session(),
        template.name(),
        SessionState.ACTIVE,
        Optional.empty(),
        "",
        0,
        ByteString.copyFrom(bytes),
        HexFormat.of().formatHex(EnvelopeCodec.digest(bytes)),
        now,
        envelope.expiresAt(),
        now.plus(template.maxTtl()),
        Optional.empty(),
        Optional.empty(),
        caller.name(),
        order.workload(),
        order.podUid(),
        order.onBehalfOf(),
        order.task(),
        order.parameters(),
        envelope.sharing(),
        envelope.idle(),
        byHandle ? handles.digest(envelope.session()) : "",
        now,
        Optional.empty(),
        tripwires(template));
  }

  private static Tripwires tripwires(SessionTemplate template) {
    var after = template.suspendAfter();
    return new Tripwires(
        after.map(SuspendAfter::denials).orElse(0L),
        after.map(SuspendAfter::within).orElse(Duration.ZERO),
        template.suspendOn());
  }

  private Answer<Opened> store(OpenOrder order, StoredSession draft) {
    Optional<SessionTable.Retry> retry =
        order.idempotencyKey().isEmpty()
            ? Optional.empty()
            : Optional.of(new SessionTable.Retry(order.idempotencyKey(), order.digest()));
    return switch (table.open(draft, budgets(envelope(draft)), retry)) {
      case Opening.Opened(var session) -> new Answer.Given<>(opened(session));
      case Opening.Repeated again -> repeated(order, again);
      case Opening.Occupied(var other) ->
          refuse(
              Kind.CONFLICT,
              "workload.spiffe_id",
              order.workload(),
              "no other session beside an exclusive one; " + other + " has not ended");
      case Opening.Full() ->
          refuse(
              Kind.FULL,
              "workload.spiffe_id",
              order.workload(),
              "at most "
                  + SessionTable.LIVE_MAX
                  + " sessions at a time, with envelopes of at most "
                  + SessionTable.LIVE_BYTES_MAX
                  + " bytes");
    };
  }

  private Answer<Opened> repeated(OpenOrder order, Opening.Repeated before) {
    return before.requestDigest().equals(order.digest())
        ? new Answer.Given<>(opened(before.session()))
        : refuse(
            Kind.CONFLICT,
            "idempotency_key",
            order.idempotencyKey(),
            "a key that opened nothing, or the same request again");
  }

  private Opened opened(StoredSession session) {
    var told = session.sharing() == Sharing.BY_HANDLE && session.state() != SessionState.CLOSED;
    return new Opened(session, told ? handles.of(session.id()) : "");
  }

  /// Whole milliseconds, as the store keeps them.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /// The frozen envelope. What this program wrote, it can read.
  public static Envelope envelope(StoredSession session) {
    return switch (EnvelopeCodec.decode(session.envelope().toByteArray())) {
      case Parsed.Ok<Envelope>(var envelope) -> envelope;
      case Parsed.Malformed<Envelope>(var why) ->
          throw new IllegalStateException("envelope of " + session.id() + ": " + why);
    };
  }

  private static Map<String, Long> budgets(Envelope envelope) {
    var budgets = new HashMap<String, Long>();
    envelope.calls().ifPresent(calls -> budgets.put(BudgetTable.SESSION, calls));
    envelope
        .grants()
        .forEach(grant -> grant.calls().ifPresent(calls -> budgets.put(grant.name(), calls)));
    return budgets;
  }

  private static Optional<SessionId> parse(String id) {
    try {
      return Optional.of(new SessionId(id));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static <T> Answer<T> refuse(Kind kind, String field, String found, String expected) {
    return new Answer.Refused<>(Refusal.of(kind, field, found, expected));
  }

  /// An opened session, and its handle if it has one.
  public record Opened(StoredSession session, String handle) {}
}
