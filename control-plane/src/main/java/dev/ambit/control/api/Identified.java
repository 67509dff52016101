package dev.ambit.control.api;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.caller.Identity;
import dev.ambit.control.caller.PeerCertificate;
import dev.ambit.control.caller.People;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a request through only once it is known who asks. Runs on the event loop; does not block.
final class Identified extends SimpleDecoratingHttpService {
  private static final AttributeKey<Caller> CALLER = AttributeKey.valueOf("ambit.caller");
  private static final String BEARER = "bearer ";
  private static final Logger LOG = LoggerFactory.getLogger(Identified.class);

  private final Function<ServiceRequestContext, CompletableFuture<Identity>> identify;

  private Identified(
      HttpService delegate, Function<ServiceRequestContext, CompletableFuture<Identity>> identify) {
    super(delegate);
    this.identify = identify;
  }

  /// Workloads: the SPIFFE ID of the certificate that the handshake has verified.
  static Function<HttpService, HttpService> bySvid() {
    return delegate ->
        new Identified(
            delegate, context -> CompletableFuture.completedFuture(Identified.svid(context)));
  }

  /// People: a token as bearer (RFC 6750 2.1).
  static Function<HttpService, HttpService> byToken(People people) {
    return delegate -> new Identified(delegate, context -> bearer(context, people));
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
    var identity = identify.apply(context);
    if (identity.isDone()) {
      return serve(context, request, identity.resultNow());
    }
    // Back on the event loop, where services are called.
    return HttpResponse.of(
        identity
            .thenComposeAsync(found -> later(context, request, found), context.eventLoop())
            .exceptionally(failure -> {
              LOG.error("api: a request failed before it was known who asks", failure);
              return Errors.answer(
                  context, Status.INTERNAL.withDescription("internal: see the log"));
            }));
  }

  private CompletionStage<HttpResponse> later(
      ServiceRequestContext context, HttpRequest request, Identity identity) {
    var answer = new FutureTask<>(() -> serve(context, request, identity));
    answer.run();
    return answer.state() == Future.State.SUCCESS
        ? CompletableFuture.completedFuture(answer.resultNow())
        : CompletableFuture.failedFuture(answer.exceptionNow());
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest request, Identity identity)
      throws Exception {
    return switch (identity) {
      case Identity.Known(var caller) -> {
        context.setAttr(CALLER, caller);
        yield unwrap().serve(context, request);
      }
      case Identity.Unknown(var why) ->
          Errors.answer(context, Status.UNAUTHENTICATED.withDescription(why));
      case Identity.Unavailable(var why) ->
          Errors.answer(context, Status.UNAVAILABLE.withDescription(why));
    };
  }

  private static Identity svid(ServiceRequestContext context) {
    return Optional.ofNullable(context.sslSession())
        .flatMap(PeerCertificate::spiffeId)
        .<Identity>map(id -> new Identity.Known(new Caller.Workload(id)))
        .orElseGet(() -> new Identity.Unknown("certificate: none (expected: an X.509-SVID)"));
  }

  private static CompletableFuture<Identity> bearer(ServiceRequestContext context, People people) {
    var values = context.request().headers().getAll("authorization");
    if (values.size() != 1 || !values.getFirst().toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return CompletableFuture.completedFuture(
          new Identity.Unknown("authorization: none (expected: Bearer and the token)"));
    }
    return people.judge(values.getFirst().substring(BEARER.length()).strip());
  }
}
