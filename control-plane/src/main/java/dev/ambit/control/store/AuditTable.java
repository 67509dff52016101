package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The decision trail at rest: chains and their records. Chains are checked before they come here;
/// this table only keeps that nobody else moved the head meanwhile.
public final class AuditTable {
  /// Each with the hash of the record before it, which is null for the first, or where one is gone.
  private static final String ROWS =
      "SELECT r.id, r.boot, r.seq, r.hash, r.record, c.workload, p.hash AS before"
          + " FROM audit_record r JOIN audit_chain c ON c.boot = r.boot"
          + " LEFT JOIN audit_record p ON p.boot = r.boot AND p.seq = r.seq - 1";

  private final Store store;
  private final SuspensionTable suspensions;

  public AuditTable(Store store, SuspensionTable suspensions) {
    this.store = store;
    this.suspensions = suspensions;
  }

  public Optional<Head> head(String boot) {
    return store.read(tx -> headIn(tx, boot));
  }

  /// The hash that a chain had at `seq`.
  public Optional<ByteString> hash(String boot, long seq) {
    return store.read(tx ->
        tx.createQuery("SELECT hash FROM audit_record WHERE boot = :boot AND seq = :seq")
            .bind("boot", boot)
            .bind("seq", seq)
            .map((row, _) -> ByteString.copyFrom(row.getBytes("hash")))
            .findOne());
  }

  /// Appends links that follow `before`, all or none, and suspends in the same transaction the
  /// sessions of which they are a denial too many: what is acknowledged was counted. False when the
  /// head is another by now.
  public boolean append(Head before, List<Link> links, Instant now) {
    var fresh = fresh(links).values();
    var done =
        store.write(tx -> {
          var appended = appendIn(tx, before, links);
          return new Appending(appended, appended && suspensions.judgeIn(tx, fresh, now));
        });
    var _ = suspensions.announced(done.suspended());
    return done.appended();
  }

  /// Records with their ids, oldest first.
  ///
  /// @param session of this session only; empty: all
  public List<Row> list(String session, long afterId, int count) {
    return store.read(tx -> {
      var query =
          tx.createQuery(
              ROWS
                  + " WHERE r.id > :after"
                  + (session.isEmpty() ? "" : " AND r.session = :session")
                  + " ORDER BY r.id LIMIT :count");
      var bound = session.isEmpty() ? query : query.bind("session", session);
      return bound.bind("after", afterId).bind("count", count).map(AuditTable::row).list();
    });
  }

  /// Records of one chain in order, after `seq`; at most `count`.
  public List<Row> chain(String boot, long seq, int count) {
    return store.read(tx ->
        tx.createQuery(ROWS + " WHERE r.boot = :boot AND r.seq > :seq ORDER BY r.seq LIMIT :count")
            .bind("boot", boot)
            .bind("seq", seq)
            .bind("count", count)
            .map(AuditTable::row)
            .list());
  }

  /// Heads of all chains in order of their names, after `boot`; at most `count`.
  public List<Head> heads(String boot, int count) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM audit_chain WHERE boot > :boot ORDER BY boot LIMIT :count")
            .bind("boot", boot)
            .bind("count", count)
            .map(AuditTable::head)
            .list());
  }

  /// Calls of a session as far as their records have arrived.
  public Calls calls(String session) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT COALESCE(SUM(CASE WHEN kind = 'permit' THEN weight ELSE 0 END), 0) AS p,"
                    + " COALESCE(SUM(CASE WHEN kind = 'denial' THEN weight ELSE 0 END), 0) AS d"
                    + " FROM audit_record WHERE session = :session")
            .bind("session", session)
            .map((row, _) -> new Calls(row.getLong("p"), row.getLong("d")))
            .one());
  }

  /// Heads of the chains that mention a session, with how many records of theirs do; at most
  /// `count`.
  public List<Mention> mentions(String session, int count) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT c.*, m.n FROM audit_chain c JOIN (SELECT boot, COUNT(*) AS n FROM"
                    + " audit_record WHERE session = :session GROUP BY boot) m ON m.boot = c.boot"
                    + " ORDER BY c.boot LIMIT :count")
            .bind("session", session)
            .bind("count", count)
            .map((row, context) -> new Mention(head(row, context), row.getLong("n")))
            .list());
  }

  private static Map<String, Denials.Fresh> fresh(List<Link> links) {
    var fresh = new HashMap<String, Denials.Fresh>();
    for (var link : links) {
      if (link.counted()) {
        var one = new Denials.Fresh(link.session(), link.at(), link.at());
        fresh.merge(link.session(), one, Denials.Fresh::and);
      }
    }
    return fresh;
  }

  static Optional<Head> headIn(Handle tx, String boot) {
    return tx.createQuery("SELECT * FROM audit_chain WHERE boot = :boot")
        .bind("boot", boot)
        .map(AuditTable::head)
        .findOne();
  }

  static boolean appendIn(Handle tx, Head before, List<Link> links) {
    var now = headIn(tx, before.boot());
    if (now.isPresent() ? !now.get().equals(before) : before.seq() != 0) {
      return false;
    }
    var last = links.getLast();
    tx.createUpdate(
            "INSERT INTO audit_chain (boot, workload, proxy, seq, hash, checkpointed)"
                + " VALUES (:boot, :workload, :proxy, :seq, :hash, 0)"
                + " ON CONFLICT (boot) DO UPDATE SET seq = :seq, hash = :hash")
        .bind("boot", before.boot())
        .bind("workload", before.workload())
        .bind("proxy", before.proxy())
        .bind("seq", last.seq())
        .bind("hash", last.hash().toByteArray())
        .execute();
    // A writer's word about another workload's session counts for nothing: no index entry.
    var batch =
        tx.prepareBatch(
            "INSERT INTO audit_record (boot, seq, session, kind, weight, at, record, hash, counted)"
                + " VALUES (:boot, :seq, (SELECT id FROM session WHERE id = :session"
                + " AND (:trusted OR workload = :workload)), :kind, :weight, :at, :record, :hash,"
                + " :counted)");
    for (var link : links) {
      batch
          .bind("boot", before.boot())
          .bind("workload", before.workload())
          .bind("trusted", before.proxy().isEmpty())
          .bind("seq", link.seq())
          .bind("session", link.session())
          .bind("kind", link.kind())
          .bind("weight", link.weight())
          .bind("at", link.at().toEpochMilli())
          .bind("record", link.record().toByteArray())
          .bind("hash", link.hash().toByteArray())
          .bind("counted", link.counted())
          .add();
    }
    batch.execute();
    return true;
  }

  static Head head(ResultSet row, StatementContext context) throws SQLException {
    return new Head(
        row.getString("boot"),
        row.getString("workload"),
        row.getString("proxy"),
        row.getLong("seq"),
        ByteString.copyFrom(row.getBytes("hash")));
  }

  private static Row row(ResultSet row, StatementContext context) throws SQLException {
    return new Row(
        row.getLong("id"),
        row.getString("workload"),
        row.getString("boot"),
        row.getLong("seq"),
        ByteString.copyFrom(row.getBytes("hash")),
        ByteString.copyFrom(row.getBytes("record")),
        Optional.ofNullable(row.getBytes("before")).map(ByteString::copyFrom));
  }

  /// How far a chain is durable.
  ///
  /// @param proxy empty for a chain of the control plane's own
  /// @param seq 0 for a chain without records
  public record Head(String boot, String workload, String proxy, long seq, ByteString hash) {}

  /// One checked link of a chain.
  ///
  /// @param session as the writer says; empty for none
  /// @param weight calls it stands for
  /// @param counted whether it counts among the denials that suspend its session
  public record Link(
      long seq,
      ByteString hash,
      ByteString record,
      String session,
      String kind,
      long weight,
      Instant at,
      boolean counted) {}

  private record Appending(boolean appended, boolean suspended) {}

  /// A record as stored.
  ///
  /// @param before hash of the record before it; empty when there is none
  public record Row(
      long id,
      String workload,
      String boot,
      long seq,
      ByteString hash,
      ByteString record,
      Optional<ByteString> before) {}

  /// Calls of one session.
  public record Calls(long permitted, long denied) {}

  /// A chain that mentions a session.
  public record Mention(Head head, long records) {}
}
