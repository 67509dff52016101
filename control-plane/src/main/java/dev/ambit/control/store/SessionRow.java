package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.session.Tripwires;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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
        row.getString("pod"),
        row.getString("on_behalf_of"),
        new StoredSession.Task(
            row.getString("task_id"), row.getString("task_purpose"), row.getString("task_link")),
        TextMap.read(row.getString("parameters")),
        Sharing.valueOf(row.getString("sharing")),
        Duration.ofMillis(row.getLong("idle_ms")),
        row.getString("handle_digest"),
        Instant.ofEpochMilli(row.getLong("last_activity")),
        suspension(row),
        new Tripwires(
            row.getLong("suspend_denials"),
            Duration.ofMillis(row.getLong("suspend_within_ms")),
            names(row.getString("suspend_on"))));
  }

  /// Inserts with version 0: the change that follows in the same transaction gives it one.
  static void insert(Handle tx, StoredSession session) {
    tx.createUpdate(
            "INSERT INTO session (id, template, state, end_reason, end_detail, version, envelope,"
                + " digest, opened_at, expires_at, latest_expiry, opener, workload, pod, on_behalf_of,"
                + " task_id, task_purpose, task_link, parameters, sharing, idle_ms, handle_digest,"
                + " last_activity, suspend_denials, suspend_within_ms, suspend_on) VALUES (:id, :template, :state, '', '', 0, :envelope, :digest,"
                + " :opened, :expires, :latest, :opener, :workload, :pod, :behalf, :taskId,"
                + " :taskPurpose, :taskLink, :parameters, :sharing, :idle, :handle, :active,"
                + " :denials, :within, :keys)")
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
        .bind("pod", session.pod())
        .bind("behalf", session.onBehalfOf())
        .bind("taskId", session.task().id())
        .bind("taskPurpose", session.task().purpose())
        .bind("taskLink", session.task().link())
        .bind("parameters", TextMap.write(session.parameters()))
        .bind("sharing", session.sharing().name())
        .bind("idle", session.idle().toMillis())
        .bind("handle", session.handleDigest())
        .bind("active", session.lastActivity().toEpochMilli())
        .bind("denials", session.tripwires().denials())
        .bind("within", session.tripwires().within().toMillis())
        .bind("keys", String.join(" ", session.tripwires().contextKeys()))
        .execute();
  }

  private static SortedSet<String> names(String text) {
    return text.isEmpty() ? new TreeSet<>() : new TreeSet<>(List.of(text.split(" ")));
  }

  private static Optional<Suspension> suspension(ResultSet row) throws SQLException {
    var reason = row.getString("suspend_reason");
    return reason.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Suspension(
                Suspension.Reason.valueOf(reason),
                row.getString("suspend_detail"),
                Instant.ofEpochMilli(row.getLong("suspended_at"))));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    var millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
