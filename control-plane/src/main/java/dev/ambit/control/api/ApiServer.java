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
import dev.ambit.control.caller.BootstrapToken;
import dev.ambit.control.credential.Broker;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.store.BudgetTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.spiffe.tls.SpiffeTls;
import io.grpc.BindableService;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
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
  private final WatchEvents watchEvents;

  /// Makes the services; opens nothing yet.
  public ApiServer(Parts parts) {
    this.parts = parts;
    var calls = new Calls(threads);
    var table = new SessionTable(parts.store());
    var views = new SessionViews(new BudgetTable(parts.store()), parts.broker(), parts.serving());
    var watching = new Watching(parts.sessions(), views);
    parts.store().onChange(watching::hurry);
    services.add(new SessionApi(calls, parts.sessions(), views, watching));
    services.addAll(
        new EvidenceApi(calls, parts.sessions(), table, parts.audit(), parts.keys()).services());
    watchEvents = new WatchEvents(calls, watching, parts.sessions()::get, json);
  }

  /// Opens the port for workloads and returns it as bound.
  public int openForWorkloads(InetSocketAddress listen) {
    return open(listen, parts.tls()::requireClients, Identified.bySvid());
  }

  /// Opens the port for people and returns it as bound.
  public int openForPeople(InetSocketAddress listen, BootstrapToken token) {
    return open(listen, _ -> {}, Identified.byToken(token));
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop().join());
    var _ = threads.shutdownNow();
  }

  private int open(
      InetSocketAddress listen,
      Consumer<SslContextBuilder> clients,
      Function<HttpService, HttpService> identified) {
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
    var server =
        Server.builder()
            .https(listen)
            .tls(parts.tls().keyManagerFactory())
            .tlsEngineType(TlsEngineType.JDK)
            .tlsCustomizer(clients)
            .disableServerHeader()
            .maxNumConnections(CONNECTIONS_MAX)
            .maxRequestLength(REQUEST_MAX)
            .requestTimeout(REQUEST_TIME_MAX)
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ofSeconds(5))
            .serviceUnder("/", grpc)
            .service(WatchEvents.PATH, watchEvents)
            .decorator(identified)
            .build();
    server.start().join();
    servers.add(server);
    return server.activeLocalPort();
  }

  /// What the API stands on.
  ///
  /// @param serving counts the proxies that serve a workload at this moment
  public record Parts(
      Store store,
      Sessions sessions,
      Broker broker,
      AuditLog audit,
      SigningKeys keys,
      ToIntFunction<String> serving,
      SpiffeTls tls) {}
}
