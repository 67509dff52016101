package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Signed checkpoints, and the public keys that signed anything.
public final class CheckpointTable {
  private final Store store;

  public CheckpointTable(Store store) {
    this.store = store;
  }

  /// Chains that have moved since they were last in a checkpoint; at most `count`.
  public List<AuditTable.Head> moved(int count) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT * FROM audit_chain WHERE seq > checkpointed ORDER BY boot LIMIT :count")
            .bind("count", count)
            .map(AuditTable::head)
            .list());
  }

  public Optional<Row> newest() {
    return list(0, 1).stream().findFirst();
  }

  /// Newest first: below number `before` (0: from the newest), at most `count`.
  public List<Row> list(long before, int count) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT * FROM checkpoint WHERE :before = 0 OR n < :before"
                    + " ORDER BY n DESC LIMIT :count")
            .bind("before", before)
            .bind("count", count)
            .map((row, _) ->
                new Row(
                    row.getLong("n"),
                    Instant.ofEpochMilli(row.getLong("at")),
                    row.getString("digest"),
                    ByteString.copyFrom(row.getBytes("envelope"))))
            .list());
  }

  /// Keeps a checkpoint over these heads. Throws when its number is taken.
  public void keep(Row checkpoint, List<AuditTable.Head> heads) {
    var _ =
        store.write(tx -> {
          tx.createUpdate(
                  "INSERT INTO checkpoint (n, at, digest, envelope)"
                      + " VALUES (:n, :at, :digest, :envelope)")
              .bind("n", checkpoint.n())
              .bind("at", checkpoint.at().toEpochMilli())
              .bind("digest", checkpoint.digest())
              .bind("envelope", checkpoint.envelope().toByteArray())
              .execute();
          var batch =
              tx.prepareBatch("UPDATE audit_chain SET checkpointed = :seq WHERE boot = :boot");
          for (var head : heads) {
            batch.bind("seq", head.seq()).bind("boot", head.boot()).add();
          }
          return batch.execute();
        });
  }

  /// Remembers a public key.
  public void keepKey(Key key, Instant at) {
    var _ =
        store.write(tx ->
            tx.createUpdate(
                    "INSERT INTO signing_key (id, pem, first_used) VALUES (:id, :pem, :at)"
                        + " ON CONFLICT (id) DO NOTHING")
                .bind("id", key.id())
                .bind("pem", key.pem())
                .bind("at", at.toEpochMilli())
                .execute());
  }

  /// Every key, the newest first; at most `count`.
  public List<Key> keys(int count) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM signing_key ORDER BY n DESC LIMIT :count")
            .bind("count", count)
            .map((row, _) -> new Key(row.getString("id"), row.getString("pem")))
            .list());
  }

  /// One checkpoint.
  ///
  /// @param digest SHA-256 over its payload, hex
  /// @param envelope DSSE in JSON
  public record Row(long n, Instant at, String digest, ByteString envelope) {}

  /// One public key.
  public record Key(String id, String pem) {}
}
