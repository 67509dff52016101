package dev.ambit.control.credential.oauth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// An OAuth 2.0 server over HTTPS that does what it says, until a test tells it to lie, fail or
/// hang. Its records are the judge of what was asked and what lives.
public final class FakeIssuer implements AutoCloseable {
  public static final String CLIENT = "ambit control";
  public static final String VERIFIER = "verifier";
  private static final String SECRET = "s3cret:/+ ü";

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path roots;
  private final Path secret;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Boolean> alive = new ConcurrentHashMap<>();
  private final Map<String, Map<String, List<String>>> forms = new ConcurrentHashMap<>();
  private final List<String> issued = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);

  /// What each endpoint does; a test replaces one at any time.
  public volatile Behaviour token = this::issue;

  public volatile Behaviour revocation = this::revoke;
  public volatile Behaviour introspection = this::introspect;

  /// Whether the form proves its client, when nothing else does.
  public volatile Predicate<Map<String, List<String>>> assertion = _ -> false;

  /// What it makes of its own token answer.
  public volatile UnaryOperator<String> tokenAnswer = UnaryOperator.identity();

  private FakeIssuer(HttpsServer server, Path roots, Path secret) {
    this.server = server;
    this.roots = roots;
    this.secret = secret;
  }

  public static FakeIssuer start(Path folder) {
    try {
      var validity = Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
      var authority = CertificateAuthority.create("issuer", validity);
      var roots =
          Files.writeString(
              folder.resolve("roots.pem"), Pem.certificates(List.of(authority.certificate())));
      var secret = Files.writeString(folder.resolve("secret"), SECRET + "\n");
      var server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
      server.setHttpsConfigurator(new HttpsConfigurator(context(authority, validity)));
      var issuer = new FakeIssuer(server, roots, secret);
      server.setExecutor(issuer.threads);
      server.createContext("/token", exchange -> issuer.answer(exchange, CLIENT, issuer.token));
      server.createContext(
          "/revoke", exchange -> issuer.answer(exchange, CLIENT, issuer.revocation));
      server.createContext(
          "/introspect", exchange -> issuer.answer(exchange, VERIFIER, issuer.introspection));
      server.start();
      return issuer;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public URI at(String path) {
    return URI.create("https://localhost:" + server.getAddress().getPort() + path);
  }

  public Path roots() {
    return roots;
  }

  public Path secret() {
    return secret;
  }

  /// Every token it ever made, oldest first.
  public List<String> issued() {
    return List.copyOf(issued);
  }

  public boolean alive(String token) {
    return alive.getOrDefault(token, false);
  }

  /// Every request: path and form.
  public List<String> asked() {
    return List.copyOf(asked);
  }

  public long asked(String path) {
    return asked.stream().filter(line -> line.startsWith(path + " ")).count();
  }

  public Answer issue(Map<String, List<String>> form) {
    var subject = form.getOrDefault("subject_token", List.of("")).getFirst();
    if (!subject.isEmpty() && !alive(subject)) {
      return new Answer(400, "{\"error\":\"invalid_grant\"}");
    }
    var bytes = new byte[32];
    random.nextBytes(bytes);
    var token = "tok-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    alive.put(token, true);
    forms.put(token, form);
    issued.add(token);
    var scope = String.join(" ", form.getOrDefault("scope", List.of("")));
    var body =
        "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":300,\"scope\":\"%s\"}"
            .formatted(token, scope);
    return new Answer(200, tokenAnswer.apply(subject.isEmpty() ? body : exchanged(body)));
  }

  public Answer revoke(Map<String, List<String>> form) {
    alive.computeIfPresent(form.getOrDefault("token", List.of("")).getFirst(), (_, _) -> false);
    return new Answer(200, "");
  }

  public Answer introspect(Map<String, List<String>> form) {
    var token = form.getOrDefault("token", List.of("")).getFirst();
    if (!alive(token)) {
      return new Answer(200, "{\"active\":false}");
    }
    var asked = forms.getOrDefault(token, Map.of());
    var audience = new ArrayList<>(asked.getOrDefault("resource", List.of()));
    audience.addAll(asked.getOrDefault("audience", List.of()));
    return new Answer(
        200,
        "{\"active\":true,\"scope\":\"%s\",\"aud\":[%s]}"
            .formatted(
                String.join(" ", asked.getOrDefault("scope", List.of())),
                String.join(",", audience.stream().map(name -> '"' + name + '"').toList())));
  }

  private static String exchanged(String body) {
    return body.replace(
        "{", "{\"issued_token_type\":\"urn:ietf:params:oauth:token-type:access_token\",");
  }

  /// Answers 200 to a revocation and lets the token live.
  public Answer lie(Map<String, List<String>> form) {
    return new Answer(200, "");
  }

  public Answer down(Map<String, List<String>> form) {
    return new Answer(503, "<html>down</html>");
  }

  /// Answers nothing until the test is over.
  public Answer hang(Map<String, List<String>> form) {
    try {
      released.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return new Answer(503, "");
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange, String client, Behaviour behaviour)
      throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), US_ASCII);
      asked.add(exchange.getRequestURI().getPath() + " " + body);
      var answer =
          authorised(exchange, client) || assertion.test(form(body))
              ? behaviour.answer(form(body))
              : new Answer(401, "{\"error\":\"invalid_client\"}");
      var bytes = answer.body().getBytes(UTF_8);
      if (answer.status() / 100 == 3) {
        exchange.getResponseHeaders().set("Location", at("/token").toString());
      }
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static boolean authorised(HttpExchange exchange, String client) {
    var header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null || !header.startsWith("Basic ")) {
      return false;
    }
    var pair = new String(Base64.getDecoder().decode(header.substring(6)), US_ASCII).split(":", -1);
    return pair.length == 2
        && URLDecoder.decode(pair[0], UTF_8).equals(client)
        && URLDecoder.decode(pair[1], UTF_8).equals(SECRET);
  }

  private static Map<String, List<String>> form(String body) {
    var form = new HashMap<String, List<String>>();
    for (var pair : body.split("&", -1)) {
      var at = pair.indexOf('=');
      form.computeIfAbsent(pair.substring(0, at), _ -> new ArrayList<>())
          .add(URLDecoder.decode(pair.substring(at + 1), UTF_8));
    }
    return form;
  }

  private static SSLContext context(CertificateAuthority authority, Validity validity)
      throws GeneralSecurityException, IOException {
    var keys = Keys.generate();
    var leaf =
        authority.issue(keys.getPublic(), Leaf.server(validity, new SubjectName.Dns("localhost")));
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var chain = new Certificate[] {leaf, authority.certificate()};
    store.setKeyEntry("issuer", keys.getPrivate(), new char[0], chain);
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /// What an endpoint answers to a form.
  public interface Behaviour {
    Answer answer(Map<String, List<String>> form);
  }

  /// One answer.
  public record Answer(int status, String body) {}
}
