package dev.ambit.cli;

import static dev.ambit.cli.Typed.type;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallCompletion;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.OpaqueClosing;
import dev.ambit.proto.v1.OpaqueOpening;
import dev.ambit.proto.v1.StoredRecord;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What people and scripts see of the decision trail.
class AuditCommandsTest {
  private static final String ID = "01JZ8YQ5V7N3K2M4P6R8T0W1X3";

  private FakeControlPlane controlPlane;

  @BeforeEach
  void start() throws IOException {
    controlPlane = new FakeControlPlane();
    var permit =
        record(1)
            .setRecord(
                at(0)
                    .setCallId("A")
                    .setDecision(
                        CallDecision.newBuilder()
                            .setPermitted(true)
                            .setGrant("read")
                            .setMethod("GET")
                            .setAuthority("https://api.example.org:443")
                            .setPath("/v1/\u001b[31mitems")));
    var end =
        record(2)
            .setRecord(
                at(1)
                    .setCallId("A")
                    .setCompletion(
                        CallCompletion.newBuilder()
                            .setResult(Completion.COMPLETION_ANSWERED)
                            .setUpstreamStatus(200)));
    var denial =
        record(3)
            .setRecord(
                at(2)
                    .setCallId("B")
                    .setDecision(
                        CallDecision.newBuilder()
                            .setReason("path_not_granted")
                            .setMethod("GET")
                            .setAuthority("https://api.example.org:443")
                            .setPath("/private")
                            .setCount(7)));
    controlPlane.records = List.of(permit.build(), end.build(), denial.build());
  }

  @AfterEach
  void stop() {
    controlPlane.close();
  }

  @Test
  void showsOneLineForEachCall() {
    assertThat(type(controlPlane, "audit", "show", ID))
        .isEqualTo(
            new Typed(
                0,
                """
                AT                    DECISION             GRANT  METHOD  CALL                                            ENDED
                2026-03-01T12:00:00Z  permit               read   GET     https://api.example.org:443/v1/\\u{1b}[31mitems  200 answered
                2026-03-01T12:00:02Z  path_not_granted x7  -      GET     https://api.example.org:443/private             -
                """,
                ""));
  }

  @Test
  void showsHowMuchAnOpaqueConnectionCarriedAndWhoCutIt() {
    var opening =
        record(1)
            .setRecord(
                at(0)
                    .setCallId("A")
                    .setOpaqueOpening(
                        OpaqueOpening.newBuilder()
                            .setGrant("query")
                            .setAuthority("tcp://db.example.org:5432")));
    var closing =
        record(2)
            .setRecord(
                at(1)
                    .setCallId("A")
                    .setOpaqueClosing(
                        OpaqueClosing.newBuilder()
                            .setResult(Completion.COMPLETION_CUT)
                            .setReason("session_ended")
                            .setBytesOut(7)
                            .setBytesIn(9)));
    var running = record(3).setRecord(opening.getRecord().toBuilder().setCallId("B"));
    controlPlane.records = List.of(opening.build(), closing.build(), running.build());
    assertThat(type(controlPlane, "audit", "show", ID).out())
        .isEqualTo(
            """
            AT                    DECISION  GRANT  METHOD  CALL                       ENDED
            2026-03-01T12:00:00Z  permit    query  opaque  tcp://db.example.org:5432  cut by session_ended, 7 bytes out, 9 in
            2026-03-01T12:00:00Z  permit    query  opaque  tcp://db.example.org:5432  running or unknown
            """);
  }

  @Test
  void printsTheRecordsForMachines() {
    assertThat(type(controlPlane, "audit", "show", ID, "-o", "json").out())
        .contains("\"reason\" : \"path_not_granted\"", "\"seq\" : 3");
    assertThat(type(controlPlane, "audit", "show", ID, "-o", "yaml").out())
        .contains("reason: path_not_granted\n");
  }

  @Test
  void tellsThatARecordIsNotAsItWasWritten() {
    var changed = controlPlane.records.getLast().toBuilder().setDefect("it was changed").build();
    controlPlane.records = List.of(controlPlane.records.getFirst(), changed);
    var typed = type(controlPlane, "audit", "show", ID);
    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.out()).contains("path_not_granted x7");
    assertThat(typed.err())
        .isEqualTo(
            "ambit: audit: 1 of these records are not as they were written, the first is 3 of chain"
                + " BOOT: it was changed; see the whole trail with: ambit audit verify "
                + ID
                + "\n");
  }

  @Test
  void boundsHowManyAreAskedFor() {
    for (var limit : List.of("0", "-1", "100001", "many")) {
      var typed = type(controlPlane, "audit", "show", ID, "--limit", limit);
      assertThat(typed.exit()).as(limit).isEqualTo(2);
      assertThat(typed.err()).contains("--limit");
    }
  }

  @Test
  void coloursOnlyWhereATerminalIs() {
    var table = Table.of("A", "B").row("1", "2");
    assertThat(table.print(new Style(true))).contains("\u001b[1m");
    assertThat(table.print(new Style(false))).doesNotContain("\u001b");
    assertThat(type(controlPlane, "audit", "show", ID).out()).doesNotContain("\u001b");
  }

  private static StoredRecord.Builder record(long seq) {
    return StoredRecord.newBuilder().setBootId("BOOT").setSeq(seq);
  }

  private static AuditRecord.Builder at(long seconds) {
    return AuditRecord.newBuilder()
        .setAt(Timestamp.newBuilder().setSeconds(Typed.NOON.getEpochSecond() + seconds));
  }
}
