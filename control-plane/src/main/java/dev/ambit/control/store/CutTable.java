package dev.ambit.control.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What closure knows of sessions beside their credentials: who has stopped, and every envelope
/// they had.
public final class CutTable {
  private final Store store;

  public CutTable(Store store) {
    this.store = store;
  }

  /// Keeps the first report on a session.
  public void keep(String session, List<Cut> cuts, Instant at) {
    var _ =
        store.write(tx -> {
          var fresh =
              tx.createUpdate(
                      "INSERT INTO session_cut (session, at) VALUES (:session, :at)"
                          + " ON CONFLICT (session) DO NOTHING")
                  .bind("session", session)
                  .bind("at", at.toEpochMilli())
                  .execute();
          if (fresh == 1 && !cuts.isEmpty()) {
            var batch =
                tx.prepareBatch(
                    "INSERT INTO session_cut_proxy (session, proxy, acknowledged, at)"
                        + " VALUES (:session, :proxy, :acknowledged, :at)"
                        + " ON CONFLICT (session, proxy) DO NOTHING");
            for (var cut : cuts) {
              batch
                  .bind("session", session)
                  .bind("proxy", cut.proxy())
                  .bind("acknowledged", cut.acknowledged())
                  .bind("at", cut.at().toEpochMilli())
                  .add();
            }
            batch.execute();
          }
          return fresh;
        });
  }

  /// The report on a session; empty before it is known.
  public Optional<List<Cut>> find(String session) {
    return store.read(tx -> {
      var known =
          tx.createQuery("SELECT COUNT(*) FROM session_cut WHERE session = :session")
              .bind("session", session)
              .mapTo(Integer.class)
              .one();
      if (known == 0) {
        return Optional.empty();
      }
      return Optional.of(
          tx.createQuery("SELECT * FROM session_cut_proxy WHERE session = :session ORDER BY proxy")
              .bind("session", session)
              .map((row, _) ->
                  new Cut(
                      row.getString("proxy"),
                      row.getBoolean("acknowledged"),
                      Instant.ofEpochMilli(row.getLong("at"))))
              .list());
    });
  }

  /// Every envelope a session had, oldest first.
  public List<EnvelopeVersion> envelopes(String session) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM session_envelope WHERE session = :session ORDER BY version")
            .bind("session", session)
            .map((row, _) -> new EnvelopeVersion(row.getLong("version"), row.getString("digest")))
            .list());
  }

  /// How one proxy is known to have stopped.
  public record Cut(String proxy, boolean acknowledged, Instant at) {}

  /// One envelope of a session.
  public record EnvelopeVersion(long version, String digest) {}
}
