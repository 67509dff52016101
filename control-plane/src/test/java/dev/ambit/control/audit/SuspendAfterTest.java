package dev.ambit.control.audit;

import static dev.ambit.control.testing.Desk.OPENER;
import static dev.ambit.control.testing.Desk.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.control.store.OwnChain;
import dev.ambit.control.testing.Desk;
import dev.ambit.control.testing.FakeTemplate;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.ChainedRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Template `strict` suspends after 20 denials within a minute: exactly then, whoever tells of them
/// and however often.
class SuspendAfterTest {
  @TempDir Path folder;
  private Desk desk;
  private StoredAuditLog log;

  @BeforeEach
  void open() {
    desk = new Desk(folder.resolve("a.db"));
    log = new StoredAuditLog(desk.audit, new CheckpointTable(desk.store), desk.clock);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void suspendsAtTheTwentiethDenialWithinAMinuteAndNotAtThe19th() throws Exception {
    var session = desk.open("strict").session();
    var proxy = new Writer(session);
    for (var i = 0; i < 19; i++) {
      proxy.denied("path_not_granted", 1, Duration.ofSeconds(3L * i));
    }
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
    proxy.denied("path_not_granted", 1, Duration.ofMinutes(1).minusMillis(1));
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
    assertThat(now(session).suspension())
        .contains(
            new Suspension(
                Suspension.Reason.DENIALS,
                "20 denials within 60s (expected: fewer than 20)",
                desk.clock.instant()));
  }

  @Test
  void startsAnewWhereADenialIsAMinuteOld() throws Exception {
    var session = desk.open("strict").session();
    var proxy = new Writer(session);
    proxy.denied("path_not_granted", 1, Duration.ZERO);
    proxy.denied("path_not_granted", 18, Duration.ofSeconds(30));
    proxy.denied("path_not_granted", 1, Duration.ofMinutes(1));
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
    proxy.denied("path_not_granted", 1, Duration.ofMinutes(1));
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
  }

  @Test
  void countsTheDenialsOfAllItsProxiesInWhateverOrderTheyArrive() throws Exception {
    var session = desk.open("strict").session();
    var one = new Writer(session);
    var two = new Writer(session);
    two.denied("method_not_granted", 10, Duration.ofSeconds(40));
    one.denied("method_not_granted", 9, Duration.ofSeconds(10));
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
    // Late, and between the others.
    one.denied("method_not_granted", 1, Duration.ofSeconds(20));
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
  }

  @Test
  void countsAFoldedDenialAsOftenAsItSays() throws Exception {
    var session = desk.open("strict").session();
    var proxy = new Writer(session);
    proxy.denied("path_not_granted", 19, Duration.ZERO);
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
    proxy.denied("path_not_granted", 1, Duration.ZERO);
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
  }

  @Test
  void countsARecordThatIsSentAgainOnce() throws Exception {
    var session = desk.open("strict").session();
    var proxy = new Writer(session);
    proxy.denied("path_not_granted", 19, Duration.ZERO);
    proxy.again();
    proxy.again();
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void goesOnCountingAfterARestart() throws Exception {
    var session = desk.open("strict").session();
    var proxy = new Writer(session);
    proxy.denied("path_not_granted", 19, Duration.ZERO);
    desk.close();
    open();
    proxy.again();
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
    proxy.denied("path_not_granted", 1, Duration.ofSeconds(59));
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
  }

  @Test
  void countsAnewAfterTheOpenerAffirmedTheSession() throws Exception {
    var session = desk.open("strict").session();
    var proxy = new Writer(session);
    proxy.denied("path_not_granted", 25, Duration.ZERO);
    var _ = given(desk.suspensions.resume(OPENER, session.id().value(), ""));
    proxy.denied("path_not_granted", 19, Duration.ofSeconds(1));
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
    proxy.denied("path_not_granted", 1, Duration.ofSeconds(2));
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lease_lost",
        "session_suspended",
        "control_unavailable",
        "credential_unavailable",
        "audit_unavailable",
        "shutting_down"
      })
  void countsNoDenialThatIsNotTheAgentsDoing(String reason) throws Exception {
    var session = desk.open("strict").session();
    new Writer(session).denied(reason, 1_000, Duration.ZERO);
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void countsAReasonThatItDoesNotKnow() throws Exception {
    var session = desk.open("strict").session();
    new Writer(session).denied("a_reason_of_a_later_release", 20, Duration.ZERO);
    assertThat(state(session)).isEqualTo(SessionState.SUSPENDED);
  }

  @Test
  void believesNoProxyOfAnotherWorkloadAndNoPermit() throws Exception {
    var session = desk.open("strict").session();
    var stranger = new Writer(session, "spiffe://example.org/agents/other");
    stranger.denied("path_not_granted", 1_000, Duration.ZERO);
    var own = new Writer(session);
    own.write(decision(session, Duration.ZERO, CallDecision.newBuilder().setPermitted(true)));
    own.write(
        decision(session, Duration.ZERO, CallDecision.newBuilder().setReason("x")).toBuilder()
            .setSessionId("no session's id")
            .build());
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void leavesASessionAloneWhoseTemplateSaysNothing() throws Exception {
    var session = desk.open("solo").session();
    new Writer(session).denied("path_not_granted", 100_000, Duration.ZERO);
    assertThat(state(session)).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void tellsTheProxiesAtOnce() throws Exception {
    var session = desk.open("strict").session();
    var hurried = new ArrayList<String>();
    desk.store.onChange(() -> hurried.add("changed"));
    var proxy = new Writer(session);
    proxy.denied("path_not_granted", 19, Duration.ZERO);
    assertThat(hurried).isEmpty();
    proxy.denied("path_not_granted", 1, Duration.ZERO);
    assertThat(hurried).hasSize(1);
    assertThat(now(session).version()).isGreaterThan(session.version());
  }

  private SessionState state(StoredSession session) {
    return now(session).state();
  }

  private StoredSession now(StoredSession session) {
    return desk.table.find(session.id()).orElseThrow();
  }

  private AuditRecord decision(
      StoredSession session, Duration after, CallDecision.Builder decision) {
    return AuditRecord.newBuilder()
        .setSessionId(session.id().value())
        .setAt(ProtoTimes.of(session.openedAt().plus(after)))
        .setDecision(decision)
        .build();
  }

  /// One proxy with a chain of its own.
  private final class Writer {
    private final StoredSession session;
    private final String workload;
    private final String proxy = desk.ids.next();
    private final String boot = desk.ids.next();
    private final List<ChainedRecord> chain = new ArrayList<>();
    private ByteString hash = ByteString.copyFrom(new byte[32]);

    Writer(StoredSession session) {
      this(session, FakeTemplate.WORKLOAD);
    }

    Writer(StoredSession session, String workload) {
      this.session = session;
      this.workload = workload;
    }

    void denied(String reason, long count, Duration after) throws ChainBroken {
      write(decision(session, after, CallDecision.newBuilder().setReason(reason).setCount(count)));
    }

    void write(AuditRecord record) throws ChainBroken {
      var bytes = record.toByteString();
      var seq = chain.size() + 1;
      hash = OwnChain.hash(hash, seq, bytes);
      chain.add(ChainedRecord.newBuilder().setSeq(seq).setRecord(bytes).setHash(hash).build());
      send(List.of(chain.getLast()));
    }

    /// Sends everything once more, as after an acknowledgement that was lost.
    void again() throws ChainBroken {
      send(chain);
    }

    private void send(List<ChainedRecord> records) throws ChainBroken {
      var acknowledged = log.append(workload, proxy, boot, records);
      assertThat(acknowledged).isEqualTo(chain.size());
    }
  }
}
