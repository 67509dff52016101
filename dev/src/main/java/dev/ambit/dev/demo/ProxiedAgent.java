package dev.ambit.dev.demo;

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
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// An ordinary HTTP client with nothing but a proxy and its certificate authority configured.
final class ProxiedAgent implements Agent {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http;
  private final Stage stage;

  ProxiedAgent(Stage stage) throws IOException {
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

  @Override
  public Answer get(String path) throws IOException, InterruptedException {
    return ask(request(path));
  }

  @Override
  public Answer delete(String path) throws IOException, InterruptedException {
    return ask(request(path).DELETE());
  }

  private Answer ask(HttpRequest.Builder request) throws IOException, InterruptedException {
    var answer = http.send(request.build(), BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.headers().map().toString(), answer.body());
  }

  @Override
  public List<Integer> postAtOnce(String path, int count) {
    var answers =
        java.util.stream.IntStream.range(0, count)
            .mapToObj(index ->
                http.sendAsync(
                    request(path).POST(BodyPublishers.ofString("paragraph " + index)).build(),
                    BodyHandlers.ofString()))
            .toList();
    return answers.stream().map(answer -> answer.join().statusCode()).toList();
  }

  @Override
  public Stream follow(String path) {
    var followed = new Followed(new AtomicLong(), new CompletableFuture<>());
    Thread.ofVirtual().name("stream").start(() -> read(path, followed));
    return followed;
  }

  /// A stream that is read on a thread of its own.
  ///
  /// @param count events so far
  /// @param end how it ended
  private record Followed(AtomicLong count, CompletableFuture<String> end) implements Stream {
    @Override
    public long events() {
      return count.get();
    }

    @Override
    public Optional<String> ended() {
      return Optional.ofNullable(end.getNow(null));
    }
  }

  private void read(String path, Followed followed) {
    try {
      var answer = http.send(request(path).build(), BodyHandlers.ofInputStream());
      try (var lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("data:")) {
            followed.count().incrementAndGet();
          }
        }
      }
      followed.end().complete("ended");
    } catch (IOException cut) {
      followed.end().complete("broke off (" + cut.getMessage() + ")");
    } catch (InterruptedException _) {
      followed.end().complete("interrupted");
      Thread.currentThread().interrupt();
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(stage.api(path)))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + OWN_KEY);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
