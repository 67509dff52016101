package dev.ambit.control.api;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import dev.ambit.control.caller.BootstrapToken;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.caller.PeerCertificate;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// Lets a request through only once it is known who asks. Runs on the event loop; does not block.
final class Identified extends SimpleDecoratingHttpService {
  private static final AttributeKey<Caller> CALLER = AttributeKey.valueOf("ambit.caller");
  private static final String BEARER = "bearer ";

  private final Function<ServiceRequestContext, Identity> identify;

  private Identified(HttpService delegate, Function<ServiceRequestContext, Identity> identify) {
    super(delegate);
    this.identify = identify;
  }

  /// Workloads: the SPIFFE ID of the certificate that the handshake has verified.
  static Function<HttpService, HttpService> bySvid() {
    return delegate -> new Identified(delegate, Identified::svid);
  }

  /// People: the bootstrap token as bearer (RFC 6750 2.1).
  static Function<HttpService, HttpService> byToken(BootstrapToken token) {
    return delegate -> new Identified(delegate, context -> bearer(context, token));
  }

  /// Who asks. Called by the service method before it leaves the event loop.
  static Caller caller() {
    var caller = ServiceRequestContext.current().attr(CALLER);
    if (caller == null) {
      throw new IllegalStateException("caller: none (expected: the decorator set it)");
    }
    return caller;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
    return switch (identify.apply(context)) {
      case Identity.Known(var caller) -> {
        context.setAttr(CALLER, caller);
        yield unwrap().serve(context, request);
      }
      case Identity.Unknown(var why) ->
          Errors.answer(context, Status.UNAUTHENTICATED.withDescription(why));
    };
  }

  private static Identity svid(ServiceRequestContext context) {
    return Optional.ofNullable(context.sslSession())
        .flatMap(PeerCertificate::spiffeId)
        .<Identity>map(id -> new Identity.Known(new Caller.Workload(id)))
        .orElseGet(() -> new Identity.Unknown("certificate: none (expected: an X.509-SVID)"));
  }

  private static Identity bearer(ServiceRequestContext context, BootstrapToken token) {
    var values = context.request().headers().getAll("authorization");
    if (values.size() != 1 || !values.getFirst().toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return new Identity.Unknown("authorization: none (expected: Bearer and the token)");
    }
    return switch (token.judge(values.getFirst().substring(BEARER.length()).strip())) {
      case GOOD -> new Identity.Known(new Caller.Bootstrap());
      case WRONG ->
          new Identity.Unknown("authorization: wrong token (expected: that of the last start)");
      case EXPIRED ->
          new Identity.Unknown(
              "authorization: expired token (expected: restart the control plane for a new one)");
    };
  }

  /// Who asks, or why that is not known.
  private sealed interface Identity {
    record Known(Caller caller) implements Identity {}

    record Unknown(String why) implements Identity {}
  }
}
