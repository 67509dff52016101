package dev.ambit.control.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// What closure knows of sessions beside their credentials: who has stopped, and every envelope
/// they had.
public final class CutTable {
  private final Store store;

  public CutTable(Store store) {
    this.store = store;
  }

  /// Keeps the first report on a session. A proxy that the report does not know of, but that had a
  /// stream while the session was open, has taken leave or lost its lease by now.
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
          if (fresh == 1) {
            keepIn(tx, session, cuts);
            tx.createUpdate(
                    "INSERT INTO session_cut_proxy (session, proxy, acknowledged, at)"
                        + " SELECT s.id, p.id, p.detached_at IS NOT NULL, COALESCE(p.detached_at,"
                        + " CASE WHEN p.last_heard + h.lease_max_ms < :at"
                        + " THEN p.last_heard + h.lease_max_ms ELSE :at END)"
                        + " FROM session s JOIN proxy p ON p.workload = s.workload"
                        + " JOIN history h ON p.first_heard <= s.ended_at"
                        + " AND p.last_heard + h.lease_max_ms >= s.opened_at"
                        + " AND (p.gone_at IS NULL OR p.gone_at >= s.opened_at)"
                        + " WHERE s.id = :session ON CONFLICT (session, proxy) DO NOTHING")
                .bind("session", session)
                .bind("at", at.toEpochMilli())
                .execute();
          }
          return fresh;
        });
  }

  private static void keepIn(Handle tx, String session, List<Cut> cuts) {
    if (cuts.isEmpty()) {
      return;
    }
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

  /// Keeps which proxies' records are whole: nothing more is waited for. The first word counts.
  public void recorded(String session, Set<String> whole, Instant at) {
    var _ =
        store.write(tx -> {
          var fresh =
              tx.createUpdate(
                      "UPDATE session_cut SET recorded_at = :at WHERE session = :session"
                          + " AND recorded_at IS NULL")
                  .bind("session", session)
                  .bind("at", at.toEpochMilli())
                  .execute();
          for (var proxy : fresh == 1 ? whole : Set.<String>of()) {
            tx.createUpdate(
                    "UPDATE session_cut_proxy SET recorded = 1 WHERE session = :session"
                        + " AND proxy = :proxy")
                .bind("session", session)
                .bind("proxy", proxy)
                .execute();
          }
          return fresh;
        });
  }

  /// The report on a session; empty before it is known.
  public Optional<Report> find(String session) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM session_cut WHERE session = :session")
            .bind("session", session)
            .map((row, _) ->
                new Report(
                    Instant.ofEpochMilli(row.getLong("at")),
                    row.getObject("recorded_at") != null,
                    cutsIn(tx, session)))
            .findOne());
  }

  private static List<Cut> cutsIn(Handle tx, String session) {
    return tx.createQuery("SELECT * FROM session_cut_proxy WHERE session = :session ORDER BY proxy")
        .bind("session", session)
        .map((row, _) ->
            new Cut(
                row.getString("proxy"),
                row.getBoolean("acknowledged"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getBoolean("recorded")))
        .list();
  }

  /// The version that a session began with.
  public long opened(String session) {
    return store.read(tx ->
        tx.createQuery("SELECT MIN(version) FROM session_envelope WHERE session = :session")
            .bind("session", session)
            .mapTo(Long.class)
            .one());
  }

  /// Every envelope a session had, oldest first.
  public List<EnvelopeVersion> envelopes(String session) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM session_envelope WHERE session = :session ORDER BY version")
            .bind("session", session)
            .map((row, _) -> new EnvelopeVersion(row.getLong("version"), row.getString("digest")))
            .list());
  }

  /// Who has stopped.
  ///
  /// @param at when that was known
  /// @param recorded whether the records that belong before it are waited for no more
  public record Report(Instant at, boolean recorded, List<Cut> cuts) {
    public Report {
      cuts = List.copyOf(cuts);
    }
  }

  /// How one proxy is known to have stopped.
  ///
  /// @param recorded whether every decision it made for the session is in the store
  public record Cut(String proxy, boolean acknowledged, Instant at, boolean recorded) {
    /// One whose records are not known to be there.
    public Cut(String proxy, boolean acknowledged, Instant at) {
      this(proxy, acknowledged, at, false);
    }
  }

  /// One envelope of a session.
  public record EnvelopeVersion(long version, String digest) {}
}
