package dev.ambit.control.store;

import dev.ambit.control.session.Seat;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Proxies that attached, so that a restarted control plane knows who may still act.
public final class ProxyTable {
  private final Store store;

  public ProxyTable(Store store) {
    this.store = store;
  }

  /// Remembers a proxy, before it is told anything.
  ///
  /// @param pod UID of its pod; empty: not in Kubernetes
  public void attached(Key proxy, String pod, String boot, Instant at) {
    var _ =
        store.write(tx ->
            tx.createUpdate(
                    "INSERT INTO proxy (workload, id, pod, boot, first_heard, last_heard, lost)"
                        + " VALUES (:workload, :id, :pod, :boot, :at, :at, 0) ON CONFLICT (workload, id)"
                        + " DO UPDATE SET pod = :pod, boot = :boot, last_heard = :at, lost = 0, gone_at = NULL,"
                        + " detached_at = NULL, detached_chain = NULL, detached_seq = NULL,"
                        + " detached_lost_until = NULL")
                .bind("workload", proxy.workload())
                .bind("id", proxy.id())
                .bind("pod", pod)
                .bind("boot", boot)
                .bind("at", at.toEpochMilli())
                .execute());
  }

  /// Notes that the stream of a proxy has ended, unless another process of it came meanwhile.
  public void gone(Key proxy, String boot, Instant at) {
    var _ =
        store.write(tx ->
            tx.createUpdate(
                    "UPDATE proxy SET gone_at = :at WHERE workload = :workload AND id = :id"
                        + " AND boot = :boot")
                .bind("at", at.toEpochMilli())
                .bind("workload", proxy.workload())
                .bind("id", proxy.id())
                .bind("boot", boot)
                .execute());
  }

  /// Notes that a process took leave, unless another one of its proxy came meanwhile.
  public void detached(Key proxy, String boot, Chains chains, Instant at) {
    var _ =
        store.write(tx ->
            tx.createUpdate(
                    "UPDATE proxy SET detached_at = :at, detached_chain = :chain,"
                        + " detached_seq = :seq, detached_lost_until = :lostUntil"
                        + " WHERE workload = :workload AND id = :id AND boot = :boot")
                .bind("at", at.toEpochMilli())
                .bind("chain", chains.last())
                .bind("seq", chains.seq())
                .bind("lostUntil", chains.lostUntil())
                .bind("workload", proxy.workload())
                .bind("id", proxy.id())
                .bind("boot", boot)
                .execute());
  }

  /// What a proxy said when it took leave; empty unless it did.
  public Optional<Chains> detached(Key proxy) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT * FROM proxy WHERE workload = :workload AND id = :id"
                    + " AND detached_at IS NOT NULL")
            .bind("workload", proxy.workload())
            .bind("id", proxy.id())
            .map((row, _) ->
                new Chains(
                    row.getString("detached_chain"),
                    row.getLong("detached_seq"),
                    row.getLong("detached_lost_until")))
            .findOne());
  }

  /// This program begins, and nobody has a stream of it.
  public void begin(Instant at) {
    var _ =
        store.write(tx ->
            tx.createUpdate("UPDATE proxy SET gone_at = :at WHERE gone_at IS NULL")
                .bind("at", at.toEpochMilli())
                .execute());
  }

  /// Moves forward when proxies were last heard. Who is heard is not lost any more.
  public void heard(Map<Key, Instant> heard) {
    store.write(tx -> {
      var batch =
          tx.prepareBatch(
              "UPDATE proxy SET last_heard = :at, lost = 0 WHERE workload = :workload"
                  + " AND id = :id AND last_heard <= :at");
      heard.forEach((proxy, at) ->
          batch
              .bind("workload", proxy.workload())
              .bind("id", proxy.id())
              .bind("at", at.toEpochMilli())
              .add());
      return batch.execute();
    });
  }

  /// Marks a proxy as lost.
  public void lost(Key proxy) {
    var _ =
        store.write(tx ->
            tx.createUpdate("UPDATE proxy SET lost = 1 WHERE workload = :workload AND id = :id")
                .bind("workload", proxy.workload())
                .bind("id", proxy.id())
                .execute());
  }

  /// Every proxy that is not lost.
  public List<Present> present() {
    return store.read(tx ->
        tx.createQuery("SELECT workload, id, pod, boot, detached_at FROM proxy WHERE lost = 0")
            .map((row, _) ->
                new Present(
                    new Key(row.getString("workload"), row.getString("id")),
                    row.getString("pod"),
                    row.getString("boot"),
                    row.getObject("detached_at") != null))
            .list());
  }

  /// One proxy: the identity it speaks for, and the identifier it chose.
  public record Key(String workload, String id) {}

  /// A proxy and the process of it that attached last.
  ///
  /// @param pod UID of its pod; empty: not in Kubernetes
  /// @param detached whether that process took leave
  public record Present(Key proxy, String pod, String boot, boolean detached) {
    /// Where it is.
    public Seat seat() {
      return new Seat(proxy.workload, pod);
    }
  }

  /// How far the audit chains of a proxy reach.
  ///
  /// @param last the boot that wrote the last of them
  /// @param seq the place in it
  /// @param lostUntil sessions whose first version is not greater may have decisions in no record
  public record Chains(String last, long seq, long lostUntil) {}
}
