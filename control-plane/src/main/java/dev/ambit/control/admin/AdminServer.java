package dev.ambit.control.admin;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.Server;
import dev.ambit.control.listen.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/// Health and metrics for whoever watches the program: plain HTTP, GET only, no secret in it.
public final class AdminServer implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 64;

  private final Server server;

  /// Opens the port.
  ///
  /// @param setting names the port in the sentence of a failure
  /// @param unready why the program is not ready; empty: it is; must not block
  /// @param metrics in the Prometheus text format
  public AdminServer(
      String setting,
      InetSocketAddress listen,
      Supplier<Optional<String>> unready,
      Supplier<String> metrics)
      throws IOException {
    var builder =
        Server.builder()
            .http(listen)
            .disableServerHeader()
            .maxNumConnections(CONNECTIONS_MAX)
            .service(get("/livez"), (_, _) -> HttpResponse.of("alive\n"))
            .service(
                get("/readyz"),
                (_, _) ->
                    unready
                        .get()
                        .map(why ->
                            HttpResponse.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                MediaType.PLAIN_TEXT_UTF_8,
                                why + "\n"))
                        .orElseGet(() -> HttpResponse.of("ready\n")))
            .service(
                get("/metrics"),
                (_, _) ->
                    HttpResponse.of(
                        HttpStatus.OK,
                        MediaType.parse("text/plain; version=0.0.4; charset=utf-8"),
                        metrics.get()));
    server = Listener.open(builder, setting, listen);
  }

  /// The port that is bound.
  public int port() {
    return server.activeLocalPort();
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private static Route get(String path) {
    return Route.builder().path(path).methods(HttpMethod.GET).build();
  }
}
