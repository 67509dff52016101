package dev.ambit.control.api;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.proto.v1.GetStatusRequest;
import dev.ambit.proto.v1.GetStatusResponse;
import dev.ambit.proto.v1.StatusServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/// How the control plane fares, over gRPC and JSON, for operators.
final class StatusApi extends StatusServiceGrpc.StatusServiceImplBase {
  private final Calls calls;
  private final Supplier<GetStatusResponse> status;

  StatusApi(Calls calls, Supplier<GetStatusResponse> status) {
    this.calls = calls;
    this.status = status;
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
    calls.serve(observer, this::status);
  }

  private Answer<GetStatusResponse> status(Caller caller) {
    return caller.isOperator()
        ? new Answer.Given<>(status.get())
        : Answer.refuse(
            Kind.FORBIDDEN, "caller", "caller: " + caller.name() + " (expected: an operator)");
  }
}
