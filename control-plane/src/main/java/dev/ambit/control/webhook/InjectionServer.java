package dev.ambit.control.webhook;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.Server;
import dev.ambit.control.listen.Listener;
import dev.ambit.control.webhook.WebhookMetrics.Outcome;
import dev.ambit.control.webhook.certificate.Certificate;
import dev.ambit.control.webhook.inject.Injector;
import dev.ambit.control.webhook.inject.Verdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The port that the API server asks. An answer depends on the question and the injection settings
/// alone, and asking changes nothing: a dry run is answered like any other.
final class InjectionServer implements AutoCloseable {
  static final String PATH = "/inject";

  /// More than etcd takes of an object, as JSON.
  static final int REQUEST_MAX = 4 << 20;

  static final int CONNECTIONS_MAX = 1_024;

  /// The API server waits at most thirty.
  private static final Duration REQUEST_TIME_MAX = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(InjectionServer.class);

  private final Injector injector;
  private final WebhookMetrics metrics;
  private final LongSupplier nanos;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Server server;

  /// Opens the port.
  InjectionServer(
      InetSocketAddress listen,
      Injector injector,
      Certificate certificate,
      WebhookMetrics metrics,
      LongSupplier nanos)
      throws IOException {
    this.injector = injector;
    this.metrics = metrics;
    this.nanos = nanos;
    var builder =
        Server.builder()
            .https(listen)
            .tlsProvider(certificate::keyPair)
            .disableServerHeader()
            .maxNumConnections(CONNECTIONS_MAX)
            .maxRequestLength(REQUEST_MAX)
            .requestTimeout(REQUEST_TIME_MAX)
            .service(
                Route.builder().path(PATH).methods(HttpMethod.POST).build(),
                (_, request) -> HttpResponse.of(request.aggregate().thenCompose(this::hand)));
    server = Listener.open(builder, "AMBIT_WEBHOOK_LISTEN", listen);
  }

  /// The port that is bound.
  int port() {
    return server.activeLocalPort();
  }

  /// Lets what is under way go on for a moment.
  @Override
  public void close() {
    server.stop().join();
    threads.close();
  }

  /// Off the event loop. What nobody planned refuses the pod, with no word of why, and is found in
  /// the log.
  private CompletionStage<HttpResponse> hand(AggregatedHttpRequest request) {
    return CompletableFuture.supplyAsync(() -> answer(request), threads)
        .exceptionally(unplanned -> {
          LOG.error("injection: failed", unplanned);
          metrics.failed();
          return HttpResponse.of(HttpStatus.INTERNAL_SERVER_ERROR);
        });
  }

  private HttpResponse answer(AggregatedHttpRequest request) {
    var from = nanos.getAsLong();
    try {
      var type = request.contentType();
      if (type == null || !type.is(MediaType.JSON)) {
        throw new Question.Malformed("content-type: another (expected: application/json)");
      }
      var question = Question.read(request.content().array());
      var verdict = injector.inject(question.pod());
      var answer = HttpData.wrap(question.answer(verdict));
      metrics.answered(outcome(verdict), nanos.getAsLong() - from);
      return HttpResponse.of(HttpStatus.OK, MediaType.JSON, answer);
    } catch (Question.Malformed malformed) {
      metrics.answered(Outcome.MALFORMED, nanos.getAsLong() - from);
      return HttpResponse.of(
          HttpStatus.BAD_REQUEST, MediaType.PLAIN_TEXT_UTF_8, malformed.getMessage() + "\n");
    }
  }

  private static Outcome outcome(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Refused _ -> Outcome.REFUSED;
      case Verdict.Injected(var patch, _) -> patch.isEmpty() ? Outcome.UNCHANGED : Outcome.INJECTED;
    };
  }
}
