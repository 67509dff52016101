package dev.ambit.control.api;

import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import com.linecorp.armeria.common.util.TlsEngineType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.HttpJsonTranscodingOptions;
import dev.ambit.control.audit.AuditLog;
import dev.ambit.control.audit.SigningKeys;
import dev.ambit.control.audit.TrailCheck;
import dev.ambit.control.caller.People;
import dev.ambit.control.credential.Broker;
import dev.ambit.control.lifecycle.Contexts;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.lifecycle.Suspensions;
import dev.ambit.control.listen.Listener;
import dev.ambit.control.session.Seat;
import dev.ambit.control.store.BudgetTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.proto.v1.GetStatusResponse;
import dev.ambit.spiffe.tls.SpiffeTls;
import io.grpc.BindableService;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/// The API on its two ports: for workloads, who show an SVID, and for people, who show a token.
/// Each port serves the same services as gRPC and as JSON.
public final class ApiServer implements AutoCloseable {
  private static final int REQUEST_MAX = 1 << 20;
  private static final int CONNECTIONS_MAX = 4_096;

  /// Longer than the longest lease, which is how long closing a session may take.
  private static final Duration REQUEST_TIME_MAX = Duration.ofSeconds(90);

  private final Parts parts;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// The parser that it offers skips what it does not know; a caller must learn that a key means
  /// nothing.
  private final GrpcJsonMarshaller json =
      GrpcJsonMarshaller.builderForGson()
          .jsonParserCustomizer((UnaryOperator<JsonFormat.Parser>) _ -> JsonFormat.parser())
          .build();

  private final List<BindableService> services = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();
  private final Watching watching;
  private final WatchEvents watchEvents;

  /// Makes the services; opens nothing yet.
  public ApiServer(Parts parts) {
    this.parts = parts;
    var calls = new Calls(threads);
    var table = new SessionTable(parts.store());
    var views = new SessionViews(new BudgetTable(parts.store()), parts.broker(), parts.serving());
    watching = new Watching(parts.sessions(), views);
    parts.store().onChange(watching::hurry);
    services.add(
        new SessionApi(
            calls, parts.sessions(), parts.suspensions(), parts.contexts(), views, watching));
    services.addAll(
        new EvidenceApi(calls, parts.sessions(), table, parts.audit(), parts.trail(), parts.keys())
            .services());
    services.add(new StatusApi(calls, parts.status()));
    watchEvents = new WatchEvents(calls, watching, parts.sessions()::get, json);
  }

  /// Opens the port for workloads and returns it as bound.
  public int openForWorkloads(InetSocketAddress listen) throws IOException {
    return open(
        "AMBIT_CONTROL_WORKLOAD_LISTEN", listen, parts.tls()::requireClients, Identified.bySvid());
  }

  /// Opens the port for people and returns it as bound.
  public int openForPeople(InetSocketAddress listen, People people) throws IOException {
    return open("AMBIT_CONTROL_PEOPLE_LISTEN", listen, _ -> {}, Identified.byToken(people));
  }

  /// Ends what watches, lets other answers that are under way go on for a moment, then closes both
  /// ports.
  @Override
  public void close() {
    watching.stop();
    servers.stream().map(Server::stop).toList().forEach(CompletableFuture::join);
    var _ = threads.shutdownNow();
  }

  private int open(
      String what,
      InetSocketAddress listen,
      Consumer<SslContextBuilder> clients,
      Function<HttpService, HttpService> identified)
      throws IOException {
    var grpc =
        GrpcService.builder()
            .maxRequestMessageLength(REQUEST_MAX)
            .enableHttpJsonTranscoding(
                HttpJsonTranscodingOptions.builder()
                    .errorHandler((_, status, _) -> Errors.json(status))
                    .build())
            .jsonMarshallerFactory(_ -> json)
            .addServices(services)
            .build();
    var builder =
        Server.builder()
            .https(listen)
            .tls(parts.tls().keyManagerFactory())
            .tlsEngineType(TlsEngineType.JDK)
            .tlsCustomizer(clients)
            .disableServerHeader()
            .maxNumConnections(CONNECTIONS_MAX)
            .maxRequestLength(REQUEST_MAX)
            .requestTimeout(REQUEST_TIME_MAX)
            .serviceUnder("/", grpc)
            .service(WatchEvents.PATH, watchEvents)
            .decorator(identified);
    var server = Listener.open(builder, what, listen);
    servers.add(server);
    return server.activeLocalPort();
  }

  /// What the API stands on.
  ///
  /// @param serving counts the proxies that a session of a seat is in force at, at this moment
  /// @param status of this moment; may block
  public record Parts(
      Store store,
      Sessions sessions,
      Suspensions suspensions,
      Contexts contexts,
      Broker broker,
      AuditLog audit,
      TrailCheck trail,
      SigningKeys keys,
      ToIntFunction<Seat> serving,
      Supplier<GetStatusResponse> status,
      SpiffeTls tls) {}
}
