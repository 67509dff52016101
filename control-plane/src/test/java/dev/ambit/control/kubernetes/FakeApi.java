package dev.ambit.control.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ambit.control.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An API server that reviews tokens as a test says, and keeps what is applied. Plain HTTP on
/// loopback. A real one is asked in the tests of the clusters.
final class FakeApi implements AutoCloseable {
  final List<String> reviewed = new CopyOnWriteArrayList<>();
  final List<String> applied = new CopyOnWriteArrayList<>();

  /// The status of a review, as JSON.
  volatile String status = "{}";

  /// Our own resources, as JSON by the plural of their kind; it has nothing else.
  final Map<String, String> resources = new ConcurrentHashMap<>();

  /// What it answers instead, when other than 200.
  volatile int code = 200;

  private final HttpServer server;
  private final Path kubeconfig;

  FakeApi(Path folder) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    kubeconfig =
        Files.writeString(
            folder.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "http://127.0.0.1:%d" } }]
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            users: [{ name: u, user: {} }]
            current-context: c
            """
                .formatted(server.getAddress().getPort()));
  }

  Settings.Kubernetes settings(String... operators) {
    return new Settings.Kubernetes(
        "ambit-system",
        "ambit-access",
        "ambit",
        List.of(operators),
        Optional.empty(),
        Optional.of(kubeconfig));
  }

  /// A status that admits an account.
  static String account(String name, String audiences) {
    return "{\"authenticated\":true,\"audiences\":"
        + audiences
        + ",\"user\":{\"username\":\""
        + name
        + "\",\"groups\":[\"system:serviceaccounts\"]}}";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var answer = body;
      if (exchange.getRequestURI().getPath().endsWith("/tokenreviews")) {
        reviewed.add(body);
        answer =
            "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenReview\",\"status\":"
                + status
                + "}";
      } else if (exchange.getRequestMethod().equals("GET")) {
        answer = list(exchange.getRequestURI().getPath());
      } else {
        applied.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
      }
      var bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(code, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private String list(String path) {
    return "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":["
        + resources.getOrDefault(path.substring(path.lastIndexOf('/') + 1), "")
        + "]}";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
