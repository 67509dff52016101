package dev.ambit.proxy.respond;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What agents see is what envelope.md promises.
class ReplyTest {
  private static final CallId CALL = new CallId("01ARZ3NDEKTSV4RRFFQ69G5FAV");

  @Test
  void givesEveryReasonItsStatus() {
    for (var reason : Reason.values()) {
      int wanted =
          switch (reason) {
            case LEASE_LOST,
                CONTROL_UNAVAILABLE,
                CREDENTIAL_UNAVAILABLE,
                AUDIT_UNAVAILABLE,
                SHUTTING_DOWN ->
                503;
            case RATE_LIMITED, BUDGET_EXHAUSTED -> 429;
            case MALFORMED -> 400;
            case AUTHORITY_MISMATCH -> 421;
            case LIMIT_EXCEEDED -> 431;
            case UNSUPPORTED -> 405;
            default -> 403;
          };
      assertThat(Reply.to(CALL, Denial.of(reason, null)).status())
          .as("%s", reason)
          .isEqualTo(wanted);
    }
  }

  @Test
  void neverAsksForCredentials() {
    for (var reason : Reason.values()) {
      assertThat(Reply.to(CALL, Denial.of(reason, null)).status()).isNotIn(Set.of(401, 407));
    }
  }

  @Test
  void writesTheProblemOfADenial() {
    var reply =
        Reply.to(
            CALL, new Denial(Reason.BUDGET_EXHAUSTED, Optional.empty(), "t", "Say \"so\".", 7));
    assertThat(reply.retryAfterSeconds()).isEqualTo(7);
    assertThat(reply.problem())
        .isEqualTo(
            "{\"type\":\"urn:ambit:denial:budget_exhausted\",\"title\":\"Budget exhausted\","
                + "\"detail\":\"Say \\\"so\\\".\",\"reason\":\"budget_exhausted\","
                + "\"decision\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"retryable\":false}");
  }

  @Test
  void namesTheStageOfAFailure() {
    var failed = Reply.to(CALL, new Failure(Failure.Stage.TLS, false, "No."));
    assertThat(failed.status()).isEqualTo(502);
    assertThat(failed.problem()).contains("urn:ambit:failure:upstream_failed", "\"stage\":\"tls\"");
    assertThat(Reply.to(CALL, new Failure(Failure.Stage.RECEIVE, true, "No.")).status())
        .isEqualTo(504);
  }

  @Test
  void saysNothingOfWhatNobodyPlanned() {
    assertThat(Reply.internal(CALL).status()).isEqualTo(500);
    assertThat(Reply.internal(CALL).problem()).doesNotContain("Exception");
  }

  @Test
  void givesEveryReasonItsCodeOfGrpc() {
    for (var reason : Reason.values()) {
      int wanted =
          switch (reason) {
            case LEASE_LOST,
                CONTROL_UNAVAILABLE,
                CREDENTIAL_UNAVAILABLE,
                AUDIT_UNAVAILABLE,
                SHUTTING_DOWN ->
                14;
            case RATE_LIMITED, BUDGET_EXHAUSTED, LIMIT_EXCEEDED -> 8;
            case MALFORMED, AUTHORITY_MISMATCH -> 3;
            case UNSUPPORTED -> 12;
            default -> 7;
          };
      var grpc = Reply.to(CALL, Denial.of(reason, null)).grpc();
      assertThat(grpc.code()).as("%s", reason).isEqualTo(wanted);
      assertThat(grpc.reason()).isEqualTo(reason.code());
      assertThat(grpc.decision()).isEqualTo(CALL.value());
    }
  }

  @Test
  void tellsGrpcWhatFailedAndWhatCameTooLate() {
    assertThat(Reply.to(CALL, new Failure(Failure.Stage.TLS, false, "No.")).grpc().code())
        .isEqualTo(14);
    assertThat(Reply.to(CALL, new Failure(Failure.Stage.RECEIVE, true, "No.")).grpc().code())
        .isEqualTo(4);
    assertThat(Reply.internal(CALL).grpc().code()).isEqualTo(13);
  }
}
