package dev.ambit.proxy.control;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.ProxyServiceGrpc.ProxyServiceStub;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proto.v1.SettleResponse;
import dev.ambit.proxy.budget.Ledger;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Asks the control plane's ledger; says unavailable at once while there is no stream to it.
/// Confined to the loop.
public final class GrpcLedger implements Ledger {
  /// A call waits no longer for its reservation.
  public static final Duration DEADLINE = Duration.ofSeconds(2);

  private final ProxyServiceStub stub;
  private final BooleanSupplier attached;

  public GrpcLedger(ProxyServiceStub stub, BooleanSupplier attached) {
    this.stub = stub;
    this.attached = attached;
  }

  @Override
  public CompletionStage<Answer> reserve(String reservationId, SessionId session, String grant) {
    if (!attached.getAsBoolean()) {
      return completedStage(new Answer.Unavailable());
    }
    var request =
        ReserveRequest.newBuilder()
            .setReservationId(reservationId)
            .setSessionId(session.value())
            .setGrant(grant)
            .setCalls(1)
            .build();
    var answer = new OneAnswer<ReserveResponse>();
    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS).reserve(request, answer);
    return answer
        .stage()
        .handle((response, _) -> response == null ? new Answer.Unavailable() : read(response));
  }

  private static Answer read(ReserveResponse response) {
    return switch (response.getResultCase()) {
      case RESERVED -> new Answer.Reserved();
      case EXHAUSTED -> new Answer.Exhausted();
      case RESULT_NOT_SET -> new Answer.Unavailable();
    };
  }

  @Override
  public CompletionStage<Settled> settle(String reservationId, int spent) {
    if (!attached.getAsBoolean()) {
      return completedStage(Settled.UNAVAILABLE);
    }
    var request =
        SettleRequest.newBuilder().setReservationId(reservationId).setCallsSpent(spent).build();
    var answer = new OneAnswer<SettleResponse>();
    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS).settle(request, answer);
    return answer
        .stage()
        .handle((response, failed) -> response == null ? unsettled(failed) : Settled.UNDERSTOOD);
  }

  private static Settled unsettled(@Nullable Throwable failed) {
    var code = failed == null ? Status.Code.UNKNOWN : Status.fromThrowable(failed).getCode();
    return switch (code) {
      case NOT_FOUND, INVALID_ARGUMENT -> Settled.UNKNOWN;
      default -> Settled.UNAVAILABLE;
    };
  }
}
