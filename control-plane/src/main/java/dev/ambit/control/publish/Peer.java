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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Takes the SPIFFE ID of a proxy from its certificate, and its address, and hands it to the
/// service method.
final class Peer implements ServerInterceptor {
  private static final Context.Key<String> WORKLOAD = Context.key("workload");
  private static final Context.Key<InetAddress> ADDRESS = Context.key("address");

  /// The authenticated workload of the call being served. Read once at the start of a method.
  static String workload() {
    var workload = WORKLOAD.get();
    if (workload == null) {
      throw new IllegalStateException("workload: none (expected: the interceptor set it)");
    }
    return workload;
  }

  /// The address that it calls from.
  static InetAddress address() {
    var address = ADDRESS.get();
    if (address == null) {
      throw new IllegalStateException("address: none (expected: the interceptor set it)");
    }
    return address;
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
    var context =
        Context.current()
            .withValue(WORKLOAD, workload.get())
            .withValue(
                ADDRESS,
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
                        instanceof InetSocketAddress remote
                    ? remote.getAddress()
                    : InetAddress.getLoopbackAddress());
    return Contexts.interceptCall(context, call, headers, next);
  }
}
