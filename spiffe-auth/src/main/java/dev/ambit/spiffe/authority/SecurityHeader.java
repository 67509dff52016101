package dev.ambit.spiffe.authority;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/// Demands the header that a browser or a confused proxy would not send (Workload API 3).
final class SecurityHeader implements ServerInterceptor {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if ("true".equals(headers.get(HEADER))) {
      return next.startCall(call, headers);
    }
    call.close(
        Status.INVALID_ARGUMENT.withDescription("security header missing from request"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
