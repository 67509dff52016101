package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// A session to and from its row.
final class SessionRow {
  private SessionRow() {}

  static StoredSession of(ResultSet row, StatementContext context) throws SQLException {
    var reason = row.getString("end_reason");
    return new StoredSession(
        new SessionId(row.getString("id")),
        row.getString("template"),
        SessionState.valueOf(row.getString("state")),
        reason.isEmpty() ? Optional.empty() : Optional.of(EndReason.valueOf(reason)),
        row.getString("end_detail"),
        row.getLong("version"),
        ByteString.copyFrom(row.getBytes("envelope")),
        row.getString("digest"),
        Instant.ofEpochMilli(row.getLong("opened_at")),
        Instant.ofEpochMilli(row.getLong("expires_at")),
        Instant.ofEpochMilli(row.getLong("latest_expiry")),
        instant(row, "ended_at"),
        instant(row, "closed_at"),
        row.getString("opener"),
        row.getString("workload"),
        row.getString("on_behalf_of"),
        new StoredSession.Task(
            row.getString("task_id"), row.getString("task_purpose"), row.getString("task_link")),
        TextMap.read(row.getString("parameters")),
        Sharing.valueOf(row.getString("sharing")),
        Duration.ofMillis(row.getLong("idle_ms")),
        row.getString("handle_digest"),
        Instant.ofEpochMilli(row.getLong("last_activity")));
  }

  /// Inserts with version 0: the change that follows in the same transaction gives it one.
  static void insert(Handle tx, StoredSession session) {
    tx.createUpdate(
            "INSERT INTO session (id, template, state, end_reason, end_detail, version, envelope,"
                + " digest, opened_at, expires_at, latest_expiry, opener, workload, on_behalf_of,"
                + " task_id, task_purpose, task_link, parameters, sharing, idle_ms, handle_digest,"
                + " last_activity) VALUES (:id, :template, :state, '', '', 0, :envelope, :digest,"
                + " :opened, :expires, :latest, :opener, :workload, :behalf, :taskId,"
                + " :taskPurpose, :taskLink, :parameters, :sharing, :idle, :handle, :active)")
        .bind("id", session.id().value())
        .bind("template", session.template())
        .bind("state", session.state().name())
        .bind("envelope", session.envelope().toByteArray())
        .bind("digest", session.digest())
        .bind("opened", session.openedAt().toEpochMilli())
        .bind("expires", session.expiresAt().toEpochMilli())
        .bind("latest", session.latestExpiry().toEpochMilli())
        .bind("opener", session.opener())
        .bind("workload", session.workload())
        .bind("behalf", session.onBehalfOf())
        .bind("taskId", session.task().id())
        .bind("taskPurpose", session.task().purpose())
        .bind("taskLink", session.task().link())
        .bind("parameters", TextMap.write(session.parameters()))
        .bind("sharing", session.sharing().name())
        .bind("idle", session.idle().toMillis())
        .bind("handle", session.handleDigest())
        .bind("active", session.lastActivity().toEpochMilli())
        .execute();
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    var millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
