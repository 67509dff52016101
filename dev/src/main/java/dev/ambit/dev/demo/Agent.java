package dev.ambit.dev.demo;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.tls.Tls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// An ordinary HTTP client with nothing but a proxy and its certificate authority configured. It
/// knows nothing of Ambit and holds no credential.
final class Agent implements AutoCloseable {
  static final String OWN_KEY = "a-key-of-the-agents-own";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http;
  private final Stage stage;

  Agent(Stage stage) throws IOException {
    this.stage = stage;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(
                ProxySelector.of(
                    new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), stage.proxy().agents())))
            .sslContext(Tls.client(stage.set().plan().trust().resolve("ca.pem")))
            .connectTimeout(PATIENCE)
            .build();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> delete(String path) throws IOException, InterruptedException {
    return http.send(request(path).DELETE().build(), BodyHandlers.ofString());
  }

  /// Posts the same thing many times at once and returns the statuses.
  List<Integer> postAtOnce(String path, int count) {
    var answers =
        java.util.stream.IntStream.range(0, count)
            .mapToObj(index ->
                http.sendAsync(
                    request(path).POST(BodyPublishers.ofString("paragraph " + index)).build(),
                    BodyHandlers.ofString()))
            .toList();
    return answers.stream().map(answer -> answer.join().statusCode()).toList();
  }

  /// Follows a stream of events on a thread of its own.
  Stream follow(String path) {
    var events = new AtomicLong();
    var ended = new CompletableFuture<String>();
    Thread.ofVirtual().name("stream").start(() -> read(path, events, ended));
    return new Stream(events, ended);
  }

  /// A running stream.
  ///
  /// @param events events so far
  /// @param ended how it ended
  record Stream(AtomicLong events, CompletableFuture<String> ended) {}

  private void read(String path, AtomicLong events, CompletableFuture<String> ended) {
    try {
      var answer = http.send(request(path).build(), BodyHandlers.ofInputStream());
      try (var lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("data:")) {
            events.incrementAndGet();
          }
        }
      }
      ended.complete("ended");
    } catch (IOException cut) {
      ended.complete("broke off (" + cut.getMessage() + ")");
    } catch (InterruptedException _) {
      ended.complete("interrupted");
      Thread.currentThread().interrupt();
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(stage.api(path)))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + OWN_KEY);
  }

  /// The `reason` of a refusal; empty when there is none.
  static String reason(HttpResponse<String> answer) {
    return Json.read(answer.body().getBytes(StandardCharsets.UTF_8)).orElse("")
            instanceof Map<?, ?> problem
        ? String.valueOf(problem.containsKey("reason") ? problem.get("reason") : "")
        : "";
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
