package dev.ambit.proxy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AgentKeys;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Query;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.OpaqueClosing;
import dev.ambit.proto.v1.OpaqueOpening;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Intent;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.testing.ManualTime;
import dev.ambit.proxy.testing.Samples;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A record says what happened within the bounds of its fields, and nothing an agent chose raw.
class RecordsTest {
  private final Records records = new Records(new ManualTime());

  @Test
  void namesQueryParametersButNeverTheirValues() {
    var arrival = Samples.arrival(1, "https://api.good.test/bare?page=2&token=s3cret");
    var record = records.denial(arrival, denial(), SessionImage.EMPTY);
    assertThat(record.getDecision().getQueryNamesList()).containsExactly("page", "token");
    assertThat(record.toString()).doesNotContain("s3cret");
  }

  @Test
  void saysThatKeysOfTheAgentWentWithTheCall() {
    var bare = Samples.arrival(1, "https://api.good.test/bare?x=1");
    var call = bare.call();
    var keys =
        new AgentKeys(
            List.of(new Field("Authorization", "Bearer s3cret")),
            Query.parse("x=1&api_key=s3cret").orThrow());
    var arrival =
        new Arrival(
            bare.id(),
            0,
            new Call(
                call.authority(),
                call.method(),
                call.path(),
                call.query(),
                List.of(),
                call.content(),
                keys),
            List.of(),
            bare.connection(),
            List.of(),
            bare.body(),
            List.of("stripped:authorization", "stripped:x-host", "stripped:query"));
    var passed = records.intent(intent(arrival, true)).getDecision();
    assertThat(passed.getNotesList())
        .containsExactly(
            "agent_credentials_passed", "passed:authorization", "stripped:x-host", "passed:query");
    assertThat(passed.getQueryNamesList()).containsExactly("x", "api_key");
    assertThat(passed.toString()).doesNotContain("s3cret");
    var stripped = records.intent(intent(arrival, false)).getDecision();
    assertThat(stripped.getNotesList()).isEqualTo(arrival.notes());
    assertThat(stripped.getQueryNamesList()).containsExactly("x");
  }

  private static Intent intent(Arrival arrival, boolean passesKeys) {
    return intent(arrival, false, passesKeys);
  }

  private static Intent intent(Arrival arrival, boolean dialledElsewhere, boolean passesKeys) {
    var session = Samples.session(Samples.ONE, 1);
    return new Intent(
        arrival,
        SessionImage.EMPTY,
        session,
        "good",
        "bare",
        "192.0.2.1:443",
        dialledElsewhere,
        "",
        passesKeys);
  }

  @Test
  void a001NotesThatTheAgentDialledElsewhereWhateverElseItHasSent() {
    var bare = Samples.arrival(1, "https://api.good.test/bare");
    var stripped = IntStream.range(0, 64).mapToObj(index -> "stripped:x-" + index).toList();
    var arrival =
        new Arrival(
            bare.id(),
            0,
            bare.call(),
            List.of(),
            bare.connection(),
            List.of(),
            bare.body(),
            stripped);
    assertThat(records.intent(intent(arrival, true, false)).getDecision().getNotesList())
        .hasSize(64)
        .startsWith("origdst_mismatch", "stripped:x-0");
    assertThat(records.intent(intent(arrival, false, false)).getDecision().getNotesList())
        .isEqualTo(stripped);
  }

  @Test
  void escapesAndCutsWhatAnAgentSpelled() {
    var method = "G\u001b[31mET\u2028\\" + "X".repeat(100);
    var record = records.refusal("id", method, "", denial(), SessionImage.EMPTY);
    assertThat(record.getDecision().getMethod())
        .startsWith("G\\x{1b}[31mET\\x{2028}\\x{5c}X")
        .hasSize(64)
        .endsWith("…");
  }

  @Test
  void keepsACompletionWithinTheRoomThatIsKeptForIt() {
    var notes = Collections.nCopies(200, "\u0000".repeat(500));
    var end =
        new CallEnd.Completed(
            CallEnd.Result.UPSTREAM_FAILED,
            502,
            599,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            "receive",
            notes);
    var record =
        records.completion(
            Samples.arrival(1, "https://api.good.test/bare"),
            Samples.session(Samples.ONE, 1),
            new SessionImage(Long.MAX_VALUE, Long.MAX_VALUE, Map.of(), Map.of()),
            end,
            Long.MAX_VALUE);
    assertThat(Segment.FRAME_BYTES + record.getSerializedSize())
        .isLessThan(Journal.COMPLETION_ROOM);
  }

  @Test
  void saysOfAnOpaqueConnectionWhereItGoesAndHowMuchItCarried() {
    var arrival = opaque();
    assertThat(records.intent(intent(arrival, false)).getOpaqueOpening())
        .isEqualTo(
            OpaqueOpening.newBuilder()
                .setGrant("bare")
                .setTarget("good")
                .setAuthority("tcp://db.good.test:5432")
                .setAddress("192.0.2.1:443")
                .build());
    var end = new CallEnd.Closed(CallEnd.Result.CUT, 0, "session_ended", 7, 9, "");
    var session = Samples.session(Samples.ONE, 1);
    assertThat(records.completion(arrival, session, SessionImage.EMPTY, end, 11).getOpaqueClosing())
        .isEqualTo(
            OpaqueClosing.newBuilder()
                .setResult(Completion.COMPLETION_CUT)
                .setReason("session_ended")
                .setBytesOut(7)
                .setBytesIn(9)
                .setDurationMs(11)
                .build());
    var failed = new CallEnd.Failed(new Failure(Failure.Stage.RESOLVE, false, "no such name"), 502);
    assertThat(
            records
                .completion(arrival, session, SessionImage.EMPTY, failed, 0)
                .getOpaqueClosing()
                .getFailedStage())
        .isEqualTo("resolve");
  }

  @Test
  void deniesAnOpaqueConnectionAsACallWithoutAPath() {
    var decision = records.denial(opaque(), denial(), SessionImage.EMPTY).getDecision();
    assertThat(decision.getMethod()).isEqualTo("CONNECT");
    assertThat(decision.getAuthority()).isEqualTo("tcp://db.good.test:5432");
    assertThat(decision.getPath()).isEmpty();
  }

  @Test
  void aSuccessorDoesNotKnowHowAnOpaqueConnectionEnded() {
    var unknown = records.unknown(records.intent(intent(opaque(), false)));
    assertThat(unknown.hasOpaqueOpening()).isFalse();
    assertThat(unknown.getOpaqueClosing().getResult()).isEqualTo(Completion.COMPLETION_UNKNOWN);
  }

  private static Arrival opaque() {
    var call = Call.opaque(RequestTarget.opaque("tcp://db.good.test:5432").orThrow());
    var read = Samples.arrival(1, "https://api.good.test/bare");
    return new Arrival(
        read.id(), 0, call, List.of(), read.connection(), List.of(), read.body(), List.of());
  }

  private static Denial denial() {
    return Denial.of(Reason.MALFORMED, null);
  }
}
