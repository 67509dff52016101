package dev.ambit.e2e.faults;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.tls.Tls;
import dev.ambit.e2e.set.WholeSet;
import java.io.IOException;
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
import java.util.Map;
import java.util.regex.Pattern;

/// An agent of one session behind the proxy of a set: an ordinary client on connections of its own.
final class Caller implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Pattern TUNNEL = Pattern.compile("Tunnel failed, got: ([0-9]{3})");

  private final HttpClient http;
  private final String handle;

  /// @param handle of a session by handle; empty for an exclusive one
  Caller(WholeSet set, String handle) throws IOException {
    this.handle = handle;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(
                ProxySelector.of(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), set.proxy().agents())))
            .sslContext(Tls.client(set.trust().resolve("ca.pem")))
            .connectTimeout(PATIENCE)
            .build();
  }

  /// What a call came to.
  ///
  /// @param reason of a refusal by the proxy; empty when there is none, or the CONNECT was refused
  /// @param took until the whole answer was there
  record Said(int status, String reason, String body, Duration took) {
    /// For comparison: the status, and the reason if there is one.
    String brief() {
      return (status + " " + reason).strip();
    }
  }

  Said get(String url) throws IOException, InterruptedException {
    return send(request(url).build());
  }

  Said post(String url, String body) throws IOException, InterruptedException {
    return send(request(url).POST(BodyPublishers.ofString(body)).build());
  }

  private HttpRequest.Builder request(String url) {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
    return handle.isEmpty() ? request : request.header("Ambit-Session", handle);
  }

  private Said send(HttpRequest request) throws IOException, InterruptedException {
    var began = System.nanoTime();
    HttpResponse<String> answer;
    try {
      answer = http.send(request, BodyHandlers.ofString());
    } catch (IOException failed) {
      // All that this client tells of a refused CONNECT is its status.
      var tunnel = TUNNEL.matcher(String.valueOf(failed.getMessage()));
      if (tunnel.matches()) {
        return new Said(Integer.parseInt(tunnel.group(1)), "", "", since(began));
      }
      throw failed;
    }
    var took = since(began);
    var problem =
        answer.headers().firstValue("content-type").orElse("").equals("application/problem+json");
    var reason =
        problem
                && Json.read(answer.body().getBytes(StandardCharsets.UTF_8)).orElse("")
                    instanceof Map<?, ?> facts
            ? String.valueOf(facts.get("reason"))
            : "";
    return new Said(answer.statusCode(), reason, answer.body(), took);
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /// The body as it comes, for streams.
  java.io.InputStream stream(String url) throws IOException, InterruptedException {
    return http.send(request(url).build(), BodyHandlers.ofInputStream()).body();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
