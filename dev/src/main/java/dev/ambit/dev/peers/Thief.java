package dev.ambit.dev.peers;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.tls.Tls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/// Whoever stole a token from the upstream's own record and tries it past the proxy, straight at
/// the upstream. Also asks the issuer about it, with a client of its own.
public final class Thief implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient http;
  private final Peers peers;

  public Thief(Peers peers) throws IOException {
    this.peers = peers;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .sslContext(Tls.client(peers.roots()))
            .connectTimeout(PATIENCE)
            .build();
  }

  /// The token in a recorded request; empty when there is none.
  public static String token(Entry request) {
    return request.facts().get("headers") instanceof Map<?, ?> headers
            && headers.get("authorization") instanceof String authorization
            && authorization.startsWith("Bearer ")
        ? authorization.substring("Bearer ".length())
        : "";
  }

  /// Sends a token directly to the upstream; returns its status.
  public int replay(String token) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create("https://localhost:" + peers.upstreamPort() + "/v1/items"))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  /// Whether the issuer says that the token is active.
  public boolean active(String token) throws IOException, InterruptedException {
    var secret = Files.readString(peers.secret("demo")).strip();
    var basic =
        Base64.getEncoder().encodeToString(("demo:" + secret).getBytes(StandardCharsets.UTF_8));
    var request =
        HttpRequest.newBuilder(
                URI.create("https://localhost:" + peers.issuerPort() + "/introspect"))
            .timeout(PATIENCE)
            .header("Authorization", "Basic " + basic)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("token=" + token))
            .build();
    var answer = http.send(request, BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200
        || !(Json.read(answer.body()).orElse("") instanceof Map<?, ?> facts)) {
      throw new IOException("the issuer answered " + answer.statusCode() + " to an introspection");
    }
    return Boolean.TRUE.equals(facts.get("active"));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
