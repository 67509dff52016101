package dev.ambit.e2e.issuers;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.tls.Tls;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// An OAuth server as whoever is not Ambit asks it: the judge of these tests.
///
/// @param roots who vouches for it
record Server(URI token, URI revocation, URI introspection, Path roots) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// What it answers to a form.
  ///
  /// @param json the body's members; empty when it is no JSON object
  record Answer(int status, String body, Map<String, Object> json) {
    String text(String name) {
      return String.valueOf(json.get(name));
    }
  }

  /// A token for these scopes, by client credentials.
  String issue(String client, String secret, String scope) {
    var answer = post(token, client, secret, "grant_type=client_credentials&scope=" + coded(scope));
    return access(answer);
  }

  /// A token exchanged from another.
  String exchange(String client, String secret, String subject, String scope) {
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
    form.put("subject_token", subject);
    form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
    form.put("requested_token_type", "urn:ietf:params:oauth:token-type:access_token");
    form.put("scope", scope);
    return access(
        post(
            token,
            client,
            secret,
            form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + coded(entry.getValue()))
                .collect(Collectors.joining("&"))));
  }

  Answer revoke(String client, String secret, String value) {
    return post(revocation, client, secret, "token=" + coded(value));
  }

  /// Whether it tells this client that the token lives.
  boolean active(String client, String secret, String value) {
    var answer = post(introspection, client, secret, "token=" + coded(value));
    if (answer.json().get("active") instanceof Boolean active) {
      return active;
    }
    throw new AssertionError("introspection: " + answer + " (expected: active)");
  }

  Answer post(URI to, String client, String secret, String form) {
    var pair = (client + ":" + secret).getBytes(StandardCharsets.UTF_8);
    return send(
        HttpRequest.newBuilder(to)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair))
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  Answer send(HttpRequest.Builder request) {
    try (var http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(Tls.client(roots))
            .build()) {
      var response =
          http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
      var json = new LinkedHashMap<String, Object>();
      if (Json.read(response.body().getBytes(StandardCharsets.UTF_8)).orElse("")
          instanceof Map<?, ?> members) {
        members.forEach((name, value) -> json.put(String.valueOf(name), value));
      }
      return new Answer(response.statusCode(), response.body(), json);
    } catch (IOException failure) {
      throw new AssertionError("the server does not answer", failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  static String coded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static String access(Answer answer) {
    if (answer.status() != 200) {
      throw new AssertionError("token: " + answer + " (expected: issued)");
    }
    return answer.text("access_token");
  }
}
