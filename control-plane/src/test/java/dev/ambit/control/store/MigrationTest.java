package dev.ambit.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.store.CredentialRow.State;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an older version wrote is still there after the tables were made anew.
class MigrationTest {
  private static final String SESSION =
      "INSERT INTO session (id, template, state, end_reason, end_detail, version, envelope, digest,"
          + " opened_at, expires_at, latest_expiry, opener, workload, on_behalf_of, task_id,"
          + " task_purpose, task_link, parameters, sharing, idle_ms, handle_digest, last_activity)"
          + " VALUES ('S', 't', 'ACTIVE', '', '', 1, x'7b7d', 'd', 1, 2, 3, 'o', 'w', '', '', '', '',"
          + " '', 'EXCLUSIVE', 0, '', 1)";
  private static final String CREDENTIAL =
      "INSERT INTO credential (id, session, provider, provider_version, grant_name, authority,"
          + " workload, proxy, state, asked_at, issued_at, not_after, dies_at, granted, sealed,"
          + " fingerprint, alive_at, revoke_attempts, probe_attempts, note, noted_at) VALUES ('C', 'S',"
          + " 'idp', 'v', 'read', 'https://a:443', 'w', 'P', 'LIVE', 1, 2, 3000, 4000, 'items:read',"
          + " x'01', 'f', 2, 0, 1, '', 2)";

  @TempDir Path folder;

  @Test
  void keepsLiveCredentialsWithTheirSealedCopiesAndProbes() throws SQLException {
    var file = folder.resolve("control.db");
    var url = "jdbc:sqlite:" + file;
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:db/sqlite")
        .target("3")
        .load()
        .migrate();
    try (var old = DriverManager.getConnection(url);
        var statement = old.createStatement()) {
      statement.execute(SESSION);
      statement.execute(
          "INSERT INTO provider_version (digest, name, spec) VALUES ('v', 'idp', '{}')");
      statement.execute(CREDENTIAL);
      statement.execute(
          "INSERT INTO credential_probe (credential, at, answer, note) VALUES ('C', 2, 'ALIVE', 'n')");
    }
    try (var store = Store.open(file, InstantSource.system())) {
      var table = new CredentialTable(store, new OwnChain("spiffe://example.org/control", "B"));
      var row = table.find("C").orElseThrow();
      assertThat(row.state()).isEqualTo(State.LIVE);
      assertThat(row.parent()).isEmpty();
      assertThat(row.aliveAt()).contains(Instant.ofEpochMilli(2));
      assertThat(table.sealed("C")).hasValueSatisfying(sealed -> assertThat(sealed).hasSize(1));
      assertThat(table.probes("C"))
          .singleElement()
          .satisfies(probe -> assertThat(probe.note()).isEqualTo("n"));
      assertThat(table.current("S", "idp", "read", "https://a:443", "P"))
          .hasValueSatisfying(current -> assertThat(current.id()).isEqualTo("C"));
    }
  }
}
