package dev.ambit.dev.issuer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.cli.print.Json;
import dev.ambit.dev.record.Journal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/// The OAuth 2.0 server: `/token`, `/revoke` and `/introspect`, POST with client authentication by
/// Basic or by form (RFC 6749 2.3.1). Each request runs on a virtual thread.
public final class Issuer implements AutoCloseable {
  private static final int BODY_BYTES_MAX = 64 * 1_024;
  private static final int BACKLOG = 256;

  private final HttpsServer server;
  private final Map<String, Client> clients;

  private Issuer(HttpsServer server, List<Client> clients) {
    this.server = server;
    this.clients =
        clients.stream().collect(Collectors.toUnmodifiableMap(Client::id, Function.identity()));
  }

  /// Listens at the address, on a port that the system chooses.
  ///
  /// @param life of every token
  public static Issuer start(
      InetAddress listen,
      SSLContext tls,
      List<Client> clients,
      Duration life,
      Journal journal,
      InstantSource clock)
      throws IOException {
    return start(listen, tls, clients, life, journal, clock, () -> Mood.HONEST);
  }

  /// The same.
  ///
  /// @param mood asked at every request for a token
  public static Issuer start(
      InetAddress listen,
      SSLContext tls,
      List<Client> clients,
      Duration life,
      Journal journal,
      InstantSource clock,
      Supplier<Mood> mood)
      throws IOException {
    var server = HttpsServer.create(new InetSocketAddress(listen, 0), BACKLOG);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    var issuer = new Issuer(server, clients);
    var endpoints = new Endpoints(new Tokens(clock, life), journal, mood);
    issuer.serve("/token", endpoints::token);
    issuer.serve("/revoke", endpoints::revoke);
    issuer.serve("/introspect", endpoints::introspect);
    server.start();
    return issuer;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void serve(String path, BiFunction<Client, Form, Answer> endpoint) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            send(exchange, answer(exchange, path, endpoint));
          }
        });
  }

  private Answer answer(
      HttpExchange exchange, String path, BiFunction<Client, Form, Answer> endpoint)
      throws IOException {
    if (!exchange.getRequestURI().getPath().equals(path)) {
      return Answer.error(404, "not_found", "expected: /token, /revoke or /introspect");
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      return Answer.error(405, "invalid_request", "expected: POST");
    }
    var body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
    if (body.length > BODY_BYTES_MAX) {
      return Answer.error(413, "invalid_request", "expected: at most 64 KiB");
    }
    var form = Form.parse(new String(body, StandardCharsets.UTF_8));
    if (form.isEmpty()) {
      return Answer.error(400, "invalid_request", "expected: each parameter once");
    }
    return authenticate(exchange, form.get())
        .map(client -> endpoint.apply(client, form.get()))
        .orElseGet(() -> Answer.error(401, "invalid_client", "unknown client or wrong secret"));
  }

  private Optional<Client> authenticate(HttpExchange exchange, Form form) {
    var header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null) {
      return known(form.text("client_id"), form.text("client_secret"));
    }
    if (!header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return Optional.empty();
    }
    try {
      var pair =
          new String(
              Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
      var colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : known(decode(pair.substring(0, colon)), decode(pair.substring(colon + 1)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// RFC 6749 2.3.1 has identifier and secret form-encoded inside Basic.
  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private Optional<Client> known(String id, String secret) {
    return Optional.ofNullable(clients.get(id)).filter(client -> client.has(secret));
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", "no-store");
    if (answer.status() == 401) {
      headers.set("WWW-Authenticate", "Basic realm=\"issuer\"");
    }
    if (answer.facts().isEmpty()) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    var body = Json.line(answer.facts()).getBytes(StandardCharsets.UTF_8);
    headers.set("Content-Type", "application/json");
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }
}
