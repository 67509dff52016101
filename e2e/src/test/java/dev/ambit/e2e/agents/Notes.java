package dev.ambit.e2e.agents;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An upstream in cleartext that has a note everywhere, and remembers what it was asked for.
final class Notes implements AutoCloseable {
  private static final byte[] NOTE = "a note\n".getBytes(StandardCharsets.UTF_8);

  private final List<String> paths = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  Notes(InetAddress address) throws IOException {
    server = HttpServer.create(new InetSocketAddress(address, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            paths.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, NOTE.length);
            exchange.getResponseBody().write(NOTE);
          }
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /// What it was asked for since the last time.
  List<String> paths() {
    var asked = List.copyOf(paths);
    paths.clear();
    return asked;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
