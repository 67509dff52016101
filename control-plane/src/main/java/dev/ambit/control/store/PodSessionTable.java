package dev.ambit.control.store;

import dev.ambit.control.session.EndReason;
import dev.ambit.envelope.SessionId;
import java.util.List;
import java.util.Optional;

/// Sessions that are for one pod, with how the API server calls that pod, until pod and job were
/// told of the receipt.
public final class PodSessionTable {
  private final Store store;

  public PodSessionTable(Store store) {
    this.store = store;
  }

  /// Remembers whose session it is; again is no error.
  public void remember(SessionId session, Whose whose) {
    var _ =
        store.write(tx ->
            tx.createUpdate(
                    "INSERT INTO pod_session (session, namespace, name, uid, job)"
                        + " VALUES (:session, :namespace, :name, :uid, :job)"
                        + " ON CONFLICT (session) DO NOTHING")
                .bind("session", session.value())
                .bind("namespace", whose.namespace())
                .bind("name", whose.name())
                .bind("uid", whose.uid())
                .bind("job", whose.job())
                .execute());
  }

  /// ACTIVE and SUSPENDED sessions that are for one pod.
  public List<Live> live() {
    return store.read(tx ->
        tx.createQuery(
                "SELECT s.id, s.pod, p.namespace, p.name, p.job FROM session s"
                    + " LEFT JOIN pod_session p ON p.session = s.id"
                    + " WHERE s.state IN ('ACTIVE', 'SUSPENDED') AND s.pod <> '' ORDER BY s.id")
            .map((row, _) -> {
              var name = row.getString("name");
              var uid = row.getString("pod");
              return new Live(
                  new SessionId(row.getString("id")),
                  uid,
                  name == null
                      ? Optional.empty()
                      : Optional.of(
                          new Whose(uid, row.getString("namespace"), name, row.getString("job"))));
            })
            .list());
  }

  /// CLOSED sessions whose pod and job do not know of the receipt yet, at most 100.
  public List<Untold> untold() {
    return store.read(tx ->
        tx.createQuery(
                "SELECT p.*, s.end_reason FROM pod_session p JOIN session s ON s.id = p.session"
                    + " WHERE p.told = 0 AND s.state = 'CLOSED' ORDER BY p.session LIMIT 100")
            .map((row, _) ->
                new Untold(
                    new SessionId(row.getString("session")),
                    EndReason.valueOf(row.getString("end_reason")),
                    new Whose(
                        row.getString("uid"),
                        row.getString("namespace"),
                        row.getString("name"),
                        row.getString("job"))))
            .list());
  }

  /// Notes that they know, or are gone.
  public void told(SessionId session) {
    var _ =
        store.write(tx ->
            tx.createUpdate("UPDATE pod_session SET told = 1 WHERE session = :session")
                .bind("session", session.value())
                .execute());
  }

  /// A pod, and its job.
  ///
  /// @param job name of the Job that owns the pod; empty: none
  public record Whose(String uid, String namespace, String name, String job) {}

  /// A session that goes on.
  ///
  /// @param whose empty: not remembered yet
  public record Live(SessionId session, String uid, Optional<Whose> whose) {}

  /// A session that has a receipt.
  public record Untold(SessionId session, EndReason reason, Whose whose) {}
}
