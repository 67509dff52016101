package dev.ambit.e2e.faults;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// An upstream in plain HTTP that counts what arrives, path by path, and answers 200.
final class CountingUpstream implements AutoCloseable {
  private final Map<String, AtomicInteger> arrived = new ConcurrentHashMap<>();
  private final HttpServer server;

  CountingUpstream() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            arrived
                .computeIfAbsent(exchange.getRequestURI().getPath(), _ -> new AtomicInteger())
                .incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /// How many requests arrived for a path.
  int arrived(String path) {
    var count = arrived.get(path);
    return count == null ? 0 : count.get();
  }

  /// How many requests arrived in all.
  int arrived() {
    return arrived.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
