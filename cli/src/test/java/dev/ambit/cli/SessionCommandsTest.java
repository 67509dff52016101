package dev.ambit.cli;

import static dev.ambit.cli.Typed.type;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.ambit.proto.v1.BudgetSummary;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.ClosureOutcome;
import dev.ambit.proto.v1.CredentialSummary;
import dev.ambit.proto.v1.GrantSummary;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Task;
import dev.ambit.proto.v1.Workload;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What people and scripts see of sessions.
class SessionCommandsTest {
  private static final String ID = "01JZ8YQ5V7N3K2M4P6R8T0W1X3";
  private static final Session ACTIVE =
      Session.newBuilder()
          .setId(ID)
          .setTemplate("fetch-report")
          .setState(SessionState.SESSION_STATE_ACTIVE)
          .setVersion(7)
          .setEnvelopeDigest("ab".repeat(32))
          .setEnvelope(ByteString.copyFromUtf8("{\"grants\":[]}"))
          .setOpenedAt(at(-90))
          .setExpiresAt(at(600))
          .setOpener("bootstrap")
          .setWorkload(Workload.newBuilder().setSpiffeId("spiffe://demo.test/agent"))
          .setTask(Task.newBuilder().setId("T-1").setPurpose("the \u001b[31mreport"))
          .putParameters("month", "3")
          .addGrants(
              GrantSummary.newBuilder()
                  .setName("read")
                  .setTarget("api")
                  .addMethods("GET")
                  .addPaths("/v1/items/**")
                  .setBudget(BudgetSummary.newBuilder().setCalls(3).setCallsReserved(1)))
          .setBudget(BudgetSummary.newBuilder().setCalls(10).setCallsReserved(2))
          .setProxies(1)
          .build();

  private FakeControlPlane controlPlane;

  @BeforeEach
  void start() throws IOException {
    controlPlane = new FakeControlPlane();
    controlPlane.session = ACTIVE;
  }

  @AfterEach
  void stop() {
    controlPlane.close();
  }

  @Test
  void showsEverythingAboutASession() {
    assertThat(type(controlPlane, "session", "show", ID))
        .isEqualTo(
            new Typed(
                0,
                """
                session     01JZ8YQ5V7N3K2M4P6R8T0W1X3
                template    fetch-report
                state       ACTIVE
                workload    spiffe://demo.test/agent
                opener      bootstrap
                task        T-1
                purpose     the \\u{1b}[31mreport
                parameters  month=3
                opened      2026-03-01T11:58:30Z
                expires     2026-03-01T12:10:00Z (in 10m)
                calls       2 of 10
                proxies     1
                envelope    abababababababababababababababababababababababababababababababab

                GRANT  TARGET  METHODS  CALLS   PATHS
                read   api     GET      1 of 3  /v1/items/**
                """,
                ""));
  }

  @Test
  void printsJsonWithTheEnvelopeUnfolded() {
    var typed = type(controlPlane, "session", "show", ID, "-o", "json");
    assertThat(typed.out())
        .contains("\"state\" : \"ACTIVE\"")
        .contains("\"expiresAt\" : \"2026-03-01T12:10:00Z\"")
        .contains("\"grants\" : [ ]")
        .contains("\"callsReserved\" : 2")
        .doesNotContain("closedAt", "UNSPECIFIED");
  }

  @Test
  void printsTheSameModelAsYaml() {
    var typed = type(controlPlane, "session", "show", ID, "-o", "YAML");
    assertThat(typed.out())
        .contains("state: ACTIVE\n")
        .contains("expiresAt: 2026-03-01T12:10:00Z\n")
        .contains("  spiffeId: spiffe://demo.test/agent\n");
  }

  @Test
  void opensWithEveryOption() {
    controlPlane.handle = "secret-handle";
    var typed =
        type(
            controlPlane,
            "session open -t fetch-report -w spiffe://demo.test/agent -p a=1 --param b=x=y --ttl 1h30m"
                .concat(" --task-id T-1 --on-behalf-of ann --idempotency-key k --pod uid")
                .split(" "));
    var request = controlPlane.opened;
    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains(ID, "handle  secret-handle  (secret; told once)");
    assertThat(request.getTemplate()).isEqualTo("fetch-report");
    assertThat(request.getParametersMap()).containsEntry("a", "1").containsEntry("b", "x=y");
    assertThat(request.getTtl()).isEqualTo(Durations.fromMinutes(90));
    assertThat(request.getWorkload().getPodUid()).isEqualTo("uid");
    assertThat(request.getTask().getId()).isEqualTo("T-1");
    assertThat(request.getOnBehalfOf()).isEqualTo("ann");
    assertThat(request.getIdempotencyKey()).isEqualTo("k");
  }

  @Test
  void sendsNoTtlWhenNoneIsTyped() {
    type(controlPlane, "session", "open", "-t", "x", "-w", "spiffe://demo.test/agent");
    assertThat(controlPlane.opened.hasTtl()).isFalse();
    assertThat(controlPlane.opened.hasTask()).isFalse();
  }

  @Test
  void listsAllPagesUpToTheLimit() {
    controlPlane.listed = List.of(ACTIVE, ACTIVE, ACTIVE, ACTIVE, ACTIVE);
    var typed = type(controlPlane, "session", "list", "--limit", "3", "--state", "active");
    assertThat(typed.out().lines()).hasSize(4);
    assertThat(typed.out())
        .startsWith(
            """
            SESSION                     TEMPLATE      STATE   OPENED      EXPIRES  CALLS    WORKLOAD
            01JZ8YQ5V7N3K2M4P6R8T0W1X3  fetch-report  ACTIVE  1m30s ago  in 10m   2 of 10  spiffe://demo.test/agent
            """
                .replace("OPENED      ", "OPENED     "));
    assertThat(controlPlane.lists.getLast().getPageSize()).isEqualTo(1);
    assertThat(controlPlane.lists.getFirst().getState())
        .isEqualTo(SessionState.SESSION_STATE_ACTIVE);
  }

  @Test
  void saysThatThereAreNoSessions() {
    assertThat(type(controlPlane, "session", "list").out()).isEqualTo("No sessions.\n");
  }

  @Test
  void refusesALimitOutOfRange() {
    var typed = type(controlPlane, "session", "list", "--limit", "0");
    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains("--limit: 0 (expected: 1 to 10000)");
  }

  @Test
  void extendsByALengthOfTime() {
    type(controlPlane, "session", "extend", ID, "--ttl", "15m");
    assertThat(controlPlane.extended.getTtl()).isEqualTo(Durations.fromMinutes(15));
  }

  @Test
  void closesAndWaitsForTheEnd() {
    controlPlane.session = state(SessionState.SESSION_STATE_CLOSING);
    controlPlane.changes = List.of(state(SessionState.SESSION_STATE_CLOSED));
    var typed = type(controlPlane, "session", "close", ID);
    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("state       CLOSED (completed)");
    assertThat(controlPlane.closed.getReason()).isEqualTo(CloseReason.CLOSE_REASON_COMPLETED);
  }

  @Test
  void revokesWithAReason() {
    controlPlane.session = state(SessionState.SESSION_STATE_CLOSED);
    controlPlane.changes = List.of(controlPlane.session);
    type(controlPlane, "session", "close", ID, "--revoke", "it misbehaves");
    assertThat(controlPlane.closed.getReason()).isEqualTo(CloseReason.CLOSE_REASON_REVOKED);
    assertThat(controlPlane.closed.getDetail()).isEqualTo("it misbehaves");
  }

  @Test
  void returnsAfterTheCutWhenAskedNotToWait() {
    controlPlane.session = state(SessionState.SESSION_STATE_CLOSING);
    var typed = type(controlPlane, "session", "close", ID, "--no-wait");
    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("CLOSING");
  }

  @Test
  void failsWhenACredentialIsNotProvenDeadInTime() {
    controlPlane.session =
        state(SessionState.SESSION_STATE_CLOSING).toBuilder()
            .addCredentials(
                CredentialSummary.newBuilder()
                    .setProvider("liar")
                    .setOutcome(ClosureOutcome.CLOSURE_OUTCOME_UNPROVEN)
                    .setOutcomeDetail("the issuer says it is active"))
            .build();
    controlPlane.changes = List.of(controlPlane.session);
    var typed = type(controlPlane, "session", "close", ID, "--wait", "1s");
    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err())
        .isEqualTo(
            "ambit: state: session "
                + ID
                + " is CLOSING after 1s (expected: CLOSED); the credential of provider liar is UNPROVEN (the issuer"
                + " says it is active); the control plane goes on trying, follow it with: ambit session watch "
                + ID
                + "\n");
  }

  @Test
  void watchesLineByLine() {
    controlPlane.changes = List.of(ACTIVE, state(SessionState.SESSION_STATE_CLOSED));
    assertThat(type(controlPlane, "session", "watch", ID).out())
        .isEqualTo("2026-03-01T12:00:00Z  ACTIVE\n2026-03-01T12:00:00Z  CLOSED (completed)\n");
    assertThat(type(controlPlane, "session", "watch", ID, "-o", "json").out().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("{\"id\":\"" + ID));
  }

  @Test
  void saysWhichFieldIsWrong() {
    controlPlane.refusal =
        Status.INVALID_ARGUMENT.withDescription("parameters.month: 13 (expected: [1-9]|1[0-2])");
    var typed = type(controlPlane, "session", "open", "-t", "x", "-w", "spiffe://demo.test/agent");
    assertThat(typed)
        .isEqualTo(new Typed(1, "", "ambit: parameters.month: 13 (expected: [1-9]|1[0-2])\n"));
  }

  @Test
  void anUnknownSessionIsNotFound() {
    controlPlane.refusal = Status.NOT_FOUND.withDescription("session_id: unknown");
    assertThat(type(controlPlane, "session", "show", ID))
        .isEqualTo(
            new Typed(
                3, "", "ambit: session_id: unknown; see what there is: ambit session list\n"));
  }

  @Test
  void whoeverIsNotAuthorisedCannotReachIt() {
    controlPlane.refusal = Status.PERMISSION_DENIED.withDescription("opener: not admitted");
    assertThat(type(controlPlane, "session", "show", ID).exit()).isEqualTo(4);
    controlPlane.refusal = Status.UNAUTHENTICATED.withDescription("unknown");
    assertThat(type(controlPlane, "session", "show", ID).err()).contains("token: unknown; take");
  }

  @Test
  void aControlPlaneThatIsNotThereIsSaidInASentence() {
    controlPlane.close();
    var typed = type(controlPlane, "session", "list");
    assertThat(typed.exit()).isEqualTo(4);
    assertThat(typed.err())
        .startsWith("ambit: server: Connection refused")
        .contains("is the control plane running")
        .doesNotContain("\tat ");
  }

  private static Session state(SessionState state) {
    return ACTIVE.toBuilder()
        .setState(state)
        .setCloseReason(CloseReason.CLOSE_REASON_COMPLETED)
        .build();
  }

  private static Timestamp at(long secondsFromNoon) {
    return Timestamp.newBuilder().setSeconds(Typed.NOON.getEpochSecond() + secondsFromNoon).build();
  }
}
