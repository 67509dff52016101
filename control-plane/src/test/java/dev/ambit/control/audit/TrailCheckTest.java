package dev.ambit.control.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.credential.World;
import dev.ambit.control.store.OwnChain;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.ChainedRecord;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever owns the database file changes nothing unnoticed.
class TrailCheckTest {
  private static final ByteString GENESIS = ByteString.copyFrom(new byte[32]);

  @TempDir Path folder;
  private World world;
  private StoredAuditLog log;
  private TrailCheck trail;
  private Checkpoints checkpoints;
  private String session = "";
  private String boot = "";

  @BeforeEach
  void start() throws ChainBroken {
    world = new World(folder);
    log = new StoredAuditLog(world.audit(), world.checkpoints(), world.clock);
    trail = new TrailCheck(world.audit(), world.checkpoints(), world.signer());
    checkpoints = new Checkpoints(world.checkpoints(), world.signer(), world.clock);
    session = world.open(World.WORKLOAD).id().value();
    boot = world.ids.next();
    var chain = chain(List.of("/a", "/b", "/c", "/d"));
    log.append(World.WORKLOAD, World.PROXY, boot, chain.subList(0, 2));
    checkpoints.write();
    log.append(World.WORKLOAD, World.PROXY, boot, chain.subList(2, 4));
    checkpoints.write();
  }

  @AfterEach
  void stop() {
    checkpoints.close();
    world.close();
  }

  @Test
  void findsAWholeTrailWhole() {
    var report = trail.check("");
    assertThat(report.defects()).isEmpty();
    assertThat(report.records()).isEqualTo(4);
    assertThat(report.chains()).isEqualTo(1);
    assertThat(report.checkpoints()).isEqualTo(2);
    assertThat(report.incomplete()).isFalse();
    assertThat(trail.check(session).records()).isEqualTo(4);
    assertThat(log.list(session, 0, 10).records())
        .hasSize(4)
        .allMatch(record -> record.getDefect().isEmpty());
  }

  @Test
  void findsARecordThatWasChanged() throws SQLException {
    sql("UPDATE audit_record SET record = X'" + hex(record("/other")) + "' WHERE seq = 2");
    assertThat(log.list(session, 0, 10).records())
        .extracting(record -> record.getDefect().isEmpty())
        .containsExactly(true, false, true, true);
    defect(2, "changed after it was written");
  }

  @Test
  void findsARecordThatIsNoRecordAnyMore() throws SQLException {
    sql("UPDATE audit_record SET record = X'0102' WHERE seq = 2");
    assertThat(log.list(session, 0, 10).records().get(1).getDefect())
        .isEqualTo("the record is unreadable");
    defect(2, "changed after it was written");
  }

  @Test
  void findsARecordThatWasTakenAway() throws SQLException {
    sql("DELETE FROM audit_record WHERE seq = 2");
    assertThat(log.list(session, 0, 10).records().get(1).getDefect())
        .isEqualTo("the record before it is missing");
    defect(3, "the record before it is missing");
  }

  @Test
  void findsAnEndThatWasCutOff() throws SQLException {
    sql("DELETE FROM audit_record WHERE seq > 2");
    sql("UPDATE audit_chain SET seq = 2, hash = (SELECT hash FROM audit_record WHERE seq = 2)");
    defect(4, "records that a checkpoint covers are missing");
  }

  @Test
  void findsAChainThatWasRecomputedFromTheChangedRecordOn() throws SQLException {
    var forged = chain(List.of("/a", "/other", "/c", "/d"));
    for (var link : forged) {
      sql(
          "UPDATE audit_record SET record = X'%s', hash = X'%s' WHERE seq = %d"
              .formatted(hex(link.getRecord()), hex(link.getHash()), link.getSeq()));
    }
    sql("UPDATE audit_chain SET hash = X'" + hex(forged.getLast().getHash()) + "'");
    // Each link fits the next by itself: only what was signed tells.
    assertThat(log.list(session, 0, 10).records()).allMatch(record -> record.getDefect().isEmpty());
    defect(2, "not the one that a checkpoint was signed over");
  }

  @Test
  void findsAChainThatIsGone() throws SQLException {
    sql("DELETE FROM audit_record");
    sql("DELETE FROM audit_chain");
    defect(0, "a chain that a checkpoint names is missing");
  }

  @Test
  void findsACheckpointThatWasTakenAwayOrReplaced() throws SQLException {
    sql("DELETE FROM checkpoint WHERE n = 1");
    defect(1, "the checkpoint before 2 is missing");
    sql("UPDATE checkpoint SET envelope = X'7b7d'");
    defect(2, "not one that was signed here");
  }

  @Test
  void findsAHeadThatWasMoved() throws SQLException {
    sql("UPDATE audit_chain SET seq = 3, hash = (SELECT hash FROM audit_record WHERE seq = 3)");
    defect(3, "does not end where its head says");
  }

  private void defect(long seq, String what) {
    assertThat(trail.check("").defects())
        .anySatisfy(defect -> {
          assertThat(defect.seq()).isEqualTo(seq);
          assertThat(defect.what()).contains(what);
        });
  }

  /// What somebody with the file does to it.
  private void sql(String statement) throws SQLException {
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("control.db"));
        var change = connection.createStatement()) {
      change.execute("PRAGMA busy_timeout = 5000");
      change.execute(statement);
    }
  }

  private List<ChainedRecord> chain(List<String> paths) {
    var chain = new ArrayList<ChainedRecord>();
    var hash = GENESIS;
    for (var path : paths) {
      var record = record(path);
      var seq = chain.size() + 1;
      hash = OwnChain.hash(hash, seq, record);
      chain.add(ChainedRecord.newBuilder().setSeq(seq).setRecord(record).setHash(hash).build());
    }
    return chain;
  }

  private ByteString record(String path) {
    return AuditRecord.newBuilder()
        .setCallId("C")
        .setSessionId(session)
        .setDecision(CallDecision.newBuilder().setPermitted(true).setPath(path))
        .build()
        .toByteString();
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
