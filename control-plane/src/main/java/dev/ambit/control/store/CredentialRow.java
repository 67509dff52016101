package dev.ambit.control.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/// One credential as the store holds it, without its material.
///
/// @param providerVersion digest of the provider's configuration when it was asked for
/// @param workload the SPIFFE ID of the session; a proxy id means nothing without it
/// @param grant name of the grant; empty: the session's own token, which others are exchanged from
/// @param parent id of the credential that it was exchanged from
/// @param notAfter until when it may be used
/// @param diesAt when it expires at the issuer; while ISSUING: at the latest, as configured
/// @param aliveAt when a probe first said ALIVE
/// @param retireAt when a replaced one is retired at the latest
/// @param revokedAt when the issuer last accepted its revocation
/// @param outcomeAt of DEAD_PROVEN: when it was proven; of DEAD_BY_EXPIRY: when it dies; of
///   OUTLIVES_SESSION: from when on it is not used any more
/// @param note what is to be said about it, ours; may be empty
public record CredentialRow(
    String id,
    String session,
    String provider,
    String providerVersion,
    String grant,
    String authority,
    String workload,
    String proxy,
    Optional<String> parent,
    State state,
    Instant askedAt,
    Optional<Instant> issuedAt,
    Optional<Instant> notAfter,
    Instant diesAt,
    List<String> granted,
    Optional<Instant> aliveAt,
    Optional<Instant> retireAt,
    Optional<Instant> revokedAt,
    long revokeAttempts,
    long probeAttempts,
    Optional<Outcome> outcome,
    Optional<Instant> outcomeAt,
    String note,
    Instant notedAt) {
  public CredentialRow {
    granted = List.copyOf(granted);
  }

  /// Where a credential stands. It only moves down this list.
  public enum State {
    ISSUING,
    CHECKING,
    LIVE,
    RETIRED,
    SETTLED
  }

  /// How a credential was settled.
  public enum Outcome {
    DEAD_PROVEN,
    DEAD_BY_EXPIRY,
    OUTLIVES_SESSION
  }

  static CredentialRow of(ResultSet row, StatementContext context) throws SQLException {
    var granted = row.getString("granted");
    var outcome = row.getString("outcome");
    return new CredentialRow(
        row.getString("id"),
        row.getString("session"),
        row.getString("provider"),
        row.getString("provider_version"),
        row.getString("grant_name"),
        row.getString("authority"),
        row.getString("workload"),
        row.getString("proxy"),
        Optional.ofNullable(row.getString("parent")),
        State.valueOf(row.getString("state")),
        Instant.ofEpochMilli(row.getLong("asked_at")),
        instant(row, "issued_at"),
        instant(row, "not_after"),
        Instant.ofEpochMilli(row.getLong("dies_at")),
        granted.isEmpty() ? List.of() : List.of(granted.split(" ", -1)),
        instant(row, "alive_at"),
        instant(row, "retire_at"),
        instant(row, "revoked_at"),
        row.getLong("revoke_attempts"),
        row.getLong("probe_attempts"),
        outcome == null ? Optional.empty() : Optional.of(Outcome.valueOf(outcome)),
        instant(row, "outcome_at"),
        row.getString("note"),
        Instant.ofEpochMilli(row.getLong("noted_at")));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    var millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
