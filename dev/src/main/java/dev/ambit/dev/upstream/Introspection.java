package dev.ambit.dev.upstream;

import dev.ambit.cli.print.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/// Asks the issuer about a token (RFC 7662), anew for every call. Thread-safe, does not block.
final class Introspection {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient http;
  private final URI endpoint;
  private final String authorization;

  Introspection(SSLContext tls, URI endpoint, String clientId, String secret) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(tls)
            .connectTimeout(PATIENCE)
            .build();
    this.endpoint = endpoint;
    this.authorization =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(
                    (encode(clientId) + ":" + encode(secret)).getBytes(StandardCharsets.UTF_8));
  }

  /// What came of it.
  sealed interface Verdict {
    /// Alive, and good for these scopes.
    record Active(Set<String> scopes) implements Verdict {
      public Active {
        scopes = Set.copyOf(scopes);
      }
    }

    /// Unknown, expired or revoked.
    record Dead() implements Verdict {}

    /// The issuer did not say.
    record Unknown() implements Verdict {}
  }

  CompletableFuture<Verdict> ask(String token) {
    var request =
        HttpRequest.newBuilder(endpoint)
            .timeout(PATIENCE)
            .header("Authorization", authorization)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("token=" + encode(token)))
            .build();
    return http.sendAsync(request, BodyHandlers.ofByteArray())
        .thenApply(Introspection::verdict)
        .exceptionally(_ -> new Verdict.Unknown());
  }

  private static Verdict verdict(HttpResponse<byte[]> answer) {
    if (answer.statusCode() != 200
        || !(Json.read(answer.body()).orElse("") instanceof Map<?, ?> facts)) {
      return new Verdict.Unknown();
    }
    return Boolean.TRUE.equals(facts.get("active"))
        ? new Verdict.Active(Set.copyOf(List.of(String.valueOf(facts.get("scope")).split(" "))))
        : new Verdict.Dead();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
