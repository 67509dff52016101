package dev.ambit.control.store;

import dev.ambit.control.session.StoredSession;
import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// The change table: every change of a session in commit order, for whoever tells the proxies.
public final class Changes {
  /// More changes than this in one read: start anew from snapshots.
  public static final int READ_MAX = 10_000;

  private final Store store;

  public Changes(Store store) {
    this.store = store;
  }

  /// Versions are counted within it; it grows when the history was lost.
  public long epoch() {
    return store.read(tx -> tx.createQuery("SELECT epoch FROM history").mapTo(Long.class).one());
  }

  /// Version of the newest change; 0 before the first.
  public long newest() {
    return store.read(Changes::newestIn);
  }

  /// Every session that changed after `version`, as it is now, each once, and the newest version.
  /// At most [#READ_MAX] + 1.
  public Batch after(long version) {
    return store.read(tx ->
        new Batch(
            newestIn(tx),
            tx.createQuery(
                    "SELECT * FROM session WHERE id IN (SELECT DISTINCT session FROM change"
                        + " WHERE version > :version) ORDER BY version LIMIT :max")
                .bind("version", version)
                .bind("max", READ_MAX + 1)
                .map(SessionRow::of)
                .list()));
  }

  /// The longest lease granted in this history.
  public Duration leaseMax() {
    return Duration.ofMillis(
        store.read(
            tx -> tx.createQuery("SELECT lease_max_ms FROM history").mapTo(Long.class).one()));
  }

  /// Remembers that leases of this length are granted from now on. A shorter one changes nothing: a
  /// longer one may still run.
  public void granting(Duration lease) {
    var _ =
        store.write(tx ->
            tx.createUpdate("UPDATE history SET lease_max_ms = :lease WHERE lease_max_ms < :lease")
                .bind("lease", lease.toMillis())
                .execute());
  }

  /// Remembers that only leases of this length run any more.
  public void grantingOnly(Duration lease) {
    var _ =
        store.write(tx ->
            tx.createUpdate("UPDATE history SET lease_max_ms = :lease WHERE lease_max_ms > :lease")
                .bind("lease", lease.toMillis())
                .execute());
  }

  static long newestIn(Handle tx) {
    return tx.createQuery("SELECT COALESCE(MAX(version), 0) FROM change").mapTo(Long.class).one();
  }

  /// Appends a change and gives the session its version.
  static long append(Handle tx, SessionId id) {
    var version =
        tx.createQuery("INSERT INTO change (session) VALUES (:id) RETURNING version")
            .bind("id", id.value())
            .mapTo(Long.class)
            .one();
    tx.createUpdate("UPDATE session SET version = :version WHERE id = :id")
        .bind("version", version)
        .bind("id", id.value())
        .execute();
    return version;
  }

  /// What changed.
  public record Batch(long version, List<StoredSession> sessions) {
    public Batch {
      sessions = List.copyOf(sessions);
    }
  }
}
