package dev.ambit.e2e.agents;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// An upstream that sends one server-sent event when the test says so, and no sooner.
final class EventSource implements AutoCloseable {
  private static final String END = "";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpsPeer server;
  private final BlockingQueue<String> next = new LinkedBlockingQueue<>();
  private final Semaphore serving = new Semaphore(1);

  /// Takes a port of the address; nothing is served yet.
  ///
  /// @param paths where the events are
  EventSource(InetAddress address, String... paths) throws IOException {
    server = new HttpsPeer(address);
    for (var path : paths) {
      var _ = server.with(path, this::stream);
    }
  }

  int port() {
    return server.port();
  }

  void serve(Path certificate, Path key) throws IOException {
    server.serve(certificate, key);
  }

  /// Ends the stream that is still served, if there is one, and forgets what nobody came for.
  void clear() throws InterruptedException {
    end();
    if (!serving.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("a stream does not end");
    }
    serving.release();
    next.clear();
  }

  void send(String data) {
    next.add(data);
  }

  void end() {
    next.add(END);
  }

  private void stream(HttpExchange exchange) throws IOException {
    serving.acquireUninterruptibly();
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      var body = exchange.getResponseBody();
      body.flush();
      for (var data = take(); !data.equals(END); data = take()) {
        body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
      }
    } finally {
      serving.release();
    }
  }

  private String take() {
    try {
      var data = next.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return data == null ? END : data;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return END;
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
