package dev.ambit.control.publish;

import dev.ambit.control.caller.PeerCertificate;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/// Takes the SPIFFE ID of a proxy from its certificate and hands it to the service method.
final class Peer implements ServerInterceptor {
  private static final Context.Key<String> WORKLOAD = Context.key("workload");

  /// The authenticated workload of the call being served. Read once at the start of a method.
  static String workload() {
    var workload = WORKLOAD.get();
    if (workload == null) {
      throw new IllegalStateException("workload: none (expected: the interceptor set it)");
    }
    return workload;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var session = Optional.ofNullable(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    var workload = session.flatMap(PeerCertificate::spiffeId);
    if (workload.isEmpty()) {
      call.close(
          Status.UNAUTHENTICATED.withDescription("certificate: none (expected: an X.509-SVID)"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(WORKLOAD, workload.get()), call, headers, next);
  }
}
