package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/// Sessions at rest. The change row is written in the transaction of the change: what is committed
/// is published. Every move goes through [SessionState#to].
public final class SessionTable {
  /// ACTIVE and SUSPENDED sessions of one seat; a proxy gets all of its own in one snapshot.
  public static final int LIVE_MAX = 256;

  /// Envelopes of these together; a proxy takes messages of 16 MiB.
  public static final int LIVE_BYTES_MAX = 12 << 20;

  private static final String LIVE = "state IN ('ACTIVE', 'SUSPENDED')";

  /// As [Seat#includes].
  private static final String SERVES =
      "p.workload = session.workload AND session.pod IN ('', p.pod)";

  private static final String ABANDONED =
      "EXISTS (SELECT 1 FROM proxy p WHERE "
          + SERVES
          + " AND p.last_heard >= session.opened_at)"
          + " AND NOT EXISTS (SELECT 1 FROM proxy p WHERE "
          + SERVES
          + " AND p.last_heard > :since)";

  private final Store store;

  public SessionTable(Store store) {
    this.store = store;
  }

  /// Stores a new session with its budgets, unless the caller's key already opened one, or the
  /// workload has no room for it.
  public Opening open(StoredSession draft, Map<String, Long> budgets, Optional<Retry> retry) {
    var opening = store.write(tx -> openIn(tx, draft, budgets, retry));
    store.announce();
    return opening;
  }

  public Optional<StoredSession> find(SessionId id) {
    return store.read(tx -> findIn(tx, id));
  }

  /// The state alone, without reading the envelope.
  public Optional<SessionState> state(SessionId id) {
    return store.read(tx ->
        tx.createQuery("SELECT state FROM session WHERE id = :id")
            .bind("id", id.value())
            .mapTo(SessionState.class)
            .findOne());
  }

  /// The session that the key opened before, if any.
  public Optional<Opening.Repeated> repeated(String caller, String key) {
    return store.read(tx -> repeatedIn(tx, caller, key));
  }

  public List<StoredSession> inState(SessionState state) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM session WHERE state = :state ORDER BY id")
            .bind("state", state.name())
            .map(SessionRow::of)
            .list());
  }

  /// A page, newest first: ids below `before` (empty: from the newest).
  public List<StoredSession> list(Filter filter, String before, int count) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT * FROM session WHERE (:before = '' OR id < :before)"
                    + " AND (:opener = '' OR opener = :opener)"
                    + " AND (:state = '' OR state = :state)"
                    + " AND (:template = '' OR template = :template)"
                    + " ORDER BY id DESC LIMIT :count")
            .bind("before", before)
            .bind("opener", filter.opener())
            .bind("state", filter.state().map(Enum::name).orElse(""))
            .bind("template", filter.template())
            .bind("count", count)
            .map(SessionRow::of)
            .list());
  }

  /// The ACTIVE and SUSPENDED sessions in force at a proxy, and the version of the newest change.
  ///
  /// @param proxy where it is
  public Snapshot snapshot(Seat proxy) {
    return store.read(tx ->
        new Snapshot(
            Changes.newestIn(tx),
            tx.createQuery(
                    "SELECT * FROM session WHERE workload = :workload AND pod IN ('', :pod) AND "
                        + LIVE
                        + " ORDER BY id")
                .bind("workload", proxy.workload())
                .bind("pod", proxy.pod())
                .map(SessionRow::of)
                .list()));
  }

  /// How many sessions are in each state; states without one are absent.
  public Map<SessionState, Long> count() {
    return store.read(tx ->
        tx.createQuery("SELECT state, COUNT(*) AS n FROM session GROUP BY state")
            .reduceRows(
                new EnumMap<SessionState, Long>(SessionState.class),
                (counts, row) -> {
                  counts.put(
                      SessionState.valueOf(row.getColumn("state", String.class)),
                      row.getColumn("n", Long.class));
                  return counts;
                }));
  }

  /// ACTIVE and SUSPENDED sessions whose expiry has come.
  public List<SessionId> expired(Instant now) {
    return due("expires_at <= :now", now);
  }

  /// ACTIVE sessions without activity for longer than their idle time. A suspended one may make no
  /// call: it is not idle.
  public List<SessionId> idle(Instant now) {
    return due("state = 'ACTIVE' AND idle_ms > 0 AND last_activity + idle_ms <= :now", now);
  }

  /// ACTIVE and SUSPENDED sessions that a proxy served, all of whose proxies fell silent at or
  /// before `since`.
  public List<StoredSession> abandoned(Instant since) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM session WHERE " + LIVE + " AND " + ABANDONED + " ORDER BY id")
            .bind("since", since.toEpochMilli())
            .map(SessionRow::of)
            .list());
  }

  /// Puts a new envelope with a later expiry in force. False when the session is not ACTIVE at
  /// `version` any more.
  public boolean extend(
      SessionId id, long version, ByteString envelope, String digest, Instant expiresAt) {
    return changing(
        id,
        tx ->
            tx.createUpdate(
                        "UPDATE session SET envelope = :envelope, digest = :digest,"
                            + " expires_at = :expires WHERE id = :id AND version = :version"
                            + " AND state = 'ACTIVE'")
                    .bind("envelope", envelope.toByteArray())
                    .bind("digest", digest)
                    .bind("expires", expiresAt.toEpochMilli())
                    .bind("id", id.value())
                    .bind("version", version)
                    .execute()
                == 1);
  }

  /// Moves ACTIVE or SUSPENDED to CLOSING. False when it was not in one of them any more.
  public boolean end(SessionId id, EndReason reason, String detail, Instant at) {
    return changing(
        id,
        tx ->
            move(tx, id, SessionState.CLOSING)
                && tx.createUpdate(
                            "UPDATE session SET end_reason = :reason, end_detail = :detail,"
                                + " ended_at = :at WHERE id = :id")
                        .bind("reason", reason.name())
                        .bind("detail", detail)
                        .bind("at", at.toEpochMilli())
                        .bind("id", id.value())
                        .execute()
                    == 1);
  }

  /// Moves CLOSING to CLOSED in the transaction that stores the receipt. False when it was not
  /// CLOSING.
  public boolean close(SessionId id, ByteString receipt, Instant at) {
    return changing(
        id,
        tx -> {
          var moved =
              tx.createUpdate(
                      "UPDATE session SET state = 'CLOSED', receipt = :receipt, closed_at = :at"
                          + " WHERE id = :id AND state = 'CLOSING'")
                  .bind("receipt", receipt.toByteArray())
                  .bind("at", at.toEpochMilli())
                  .bind("id", id.value())
                  .execute();
          tx.createUpdate("DELETE FROM reservation WHERE session = :id")
              .bind("id", id.value())
              .execute();
          return moved == 1;
        });
  }

  /// The receipt of a CLOSED session.
  public Optional<ByteString> receipt(SessionId id) {
    return store.read(tx ->
        tx.createQuery("SELECT receipt FROM session WHERE id = :id AND receipt IS NOT NULL")
            .bind("id", id.value())
            .map((row, _) -> ByteString.copyFrom(row.getBytes("receipt")))
            .findOne());
  }

  /// Moves the last activity of sessions forward, never back, and only of the workload's own.
  public void active(Map<Activity, Instant> activity) {
    store.write(tx -> {
      var batch =
          tx.prepareBatch(
              "UPDATE session SET last_activity = :at WHERE id = :id"
                  + " AND workload = :workload AND last_activity < :at");
      activity.forEach((whose, at) ->
          batch
              .bind("id", whose.session().value())
              .bind("workload", whose.workload())
              .bind("at", at.toEpochMilli())
              .add());
      return batch.execute();
    });
  }

  /// ACTIVE and SUSPENDED sessions that are for one pod.
  public List<StoredSession> bound() {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM session WHERE " + LIVE + " AND pod <> '' ORDER BY id")
            .map(SessionRow::of)
            .list());
  }

  private List<SessionId> due(String condition, Instant now) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT id FROM session WHERE " + LIVE + " AND " + condition + " ORDER BY id")
            .bind("now", now.toEpochMilli())
            .map((row, _) -> new SessionId(row.getString("id")))
            .list());
  }

  private boolean changing(SessionId id, Predicate<Handle> change) {
    var changed =
        store.write(tx -> {
          if (!change.test(tx)) {
            return false;
          }
          var _ = Changes.append(tx, id);
          return true;
        });
    if (changed) {
      store.announce();
    }
    return changed;
  }

  /// What the envelopes of other open sessions take that may be in force at one proxy with this.
  static long liveBytesIn(Handle tx, StoredSession but) {
    return tx.createQuery(
            "SELECT COALESCE(SUM(LENGTH(envelope)), 0) FROM session WHERE workload = :workload"
                + " AND (:pod = '' OR pod IN ('', :pod)) AND id <> :but AND "
                + LIVE)
        .bind("workload", but.workload())
        .bind("pod", but.pod())
        .bind("but", but.id().value())
        .mapTo(Long.class)
        .one();
  }

  private static boolean move(Handle tx, SessionId id, SessionState next) {
    var from = findIn(tx, id).map(StoredSession::state);
    return from.isPresent()
        && from.get().mayBecome(next)
        && tx.createUpdate("UPDATE session SET state = :next WHERE id = :id AND state = :from")
                .bind("next", from.get().to(next).name())
                .bind("id", id.value())
                .bind("from", from.get().name())
                .execute()
            == 1;
  }

  private static Opening openIn(
      Handle tx, StoredSession draft, Map<String, Long> budgets, Optional<Retry> retry) {
    var before = retry.flatMap(known -> repeatedIn(tx, draft.opener(), known.key()));
    if (before.isPresent()) {
      return before.get();
    }
    var beside =
        tx.createQuery("SELECT * FROM session WHERE workload = :workload AND " + LIVE)
            .bind("workload", draft.workload())
            .map(SessionRow::of)
            .filter(other -> other.seat().overlaps(draft.seat()))
            .list();
    var exclusive =
        beside.stream()
            .filter(other ->
                draft.sharing() == Sharing.EXCLUSIVE || other.sharing() == Sharing.EXCLUSIVE)
            .findFirst();
    if (exclusive.isPresent()) {
      return new Opening.Occupied(exclusive.get().id());
    }
    var bytes = beside.stream().mapToLong(other -> other.envelope().size()).sum();
    if (beside.size() >= LIVE_MAX || bytes + draft.envelope().size() > LIVE_BYTES_MAX) {
      return new Opening.Full();
    }
    SessionRow.insert(tx, draft);
    BudgetTable.insert(tx, draft.id(), budgets);
    retry.ifPresent(known ->
        tx.createUpdate(
                "INSERT INTO idempotency (caller, idempotency_key, request_digest, session)"
                    + " VALUES (:caller, :key, :digest, :session)")
            .bind("caller", draft.opener())
            .bind("key", known.key())
            .bind("digest", known.requestDigest())
            .bind("session", draft.id().value())
            .execute());
    var _ = Changes.append(tx, draft.id());
    return new Opening.Opened(findIn(tx, draft.id()).orElseThrow());
  }

  private static Optional<Opening.Repeated> repeatedIn(Handle tx, String caller, String key) {
    return tx.createQuery(
            "SELECT s.*, i.request_digest FROM idempotency i JOIN session s ON s.id = i.session"
                + " WHERE i.caller = :caller AND i.idempotency_key = :key")
        .bind("caller", caller)
        .bind("key", key)
        .map((row, context) ->
            new Opening.Repeated(SessionRow.of(row, context), row.getString("request_digest")))
        .findOne();
  }

  private static Optional<StoredSession> findIn(Handle tx, SessionId id) {
    return tx.createQuery("SELECT * FROM session WHERE id = :id")
        .bind("id", id.value())
        .map(SessionRow::of)
        .findOne();
  }

  /// Whose activity: the session, and the workload that a proxy reported it for.
  public record Activity(String workload, SessionId session) {}

  /// Which sessions to list; '' and empty stand for any.
  public record Filter(String opener, Optional<SessionState> state, String template) {}

  /// What makes opening repeatable.
  ///
  /// @param requestDigest tells a retry from another request under the same key
  public record Retry(String key, String requestDigest) {}

  /// What the proxies of a workload start from.
  public record Snapshot(long version, List<StoredSession> sessions) {
    public Snapshot {
      sessions = List.copyOf(sessions);
    }
  }

  /// What became of an attempt to open.
  public sealed interface Opening {
    record Opened(StoredSession session) implements Opening {}

    /// The key opened this one before, by the request of that digest.
    record Repeated(StoredSession session, String requestDigest) implements Opening {}

    /// One of the two is exclusive.
    record Occupied(SessionId other) implements Opening {}

    /// The seat has [SessionTable#LIVE_MAX] sessions or [SessionTable#LIVE_BYTES_MAX] already.
    record Full() implements Opening {}
  }
}
