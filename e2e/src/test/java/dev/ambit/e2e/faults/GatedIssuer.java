package dev.ambit.e2e.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.tls.Tls;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Stands between the control plane and the real issuer: passes requests on, lets a test act at an
/// exact moment of one, and fails in the way it is told to.
final class GatedIssuer implements AutoCloseable {
  private final Path folder;
  private final ServerCertificate certificate;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final int port;
  private volatile Witness witness = (_, _) -> {};
  private volatile Mood mood = Mood.HONEST;
  private @Nullable HttpsServer server;
  private @Nullable HttpClient http;
  private int issuerPort;

  /// How it treats requests.
  enum Mood {
    /// As the issuer does.
    HONEST,
    /// Answers 500 and passes nothing on.
    ERRS,
    /// Takes the request, passes nothing on and never answers.
    STALLS
  }

  /// A moment in the life of one request.
  enum Moment {
    /// It is here; the issuer knows nothing of it.
    ARRIVED,
    /// The issuer has done it; whoever asked knows nothing of that.
    DONE,
    /// The answer is on its way.
    ANSWERED
  }

  /// Whoever wants to know; the request waits for it.
  @FunctionalInterface
  interface Witness {
    /// Called at each moment of each request; the request goes on when it returns.
    ///
    /// @param endpoint `/token`, `/revoke` or `/introspect`
    void sees(String endpoint, Moment moment);
  }

  /// Listens on loopback, on a port that the system chooses.
  GatedIssuer() throws IOException {
    folder = Files.createTempDirectory("gate");
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
    var authority = CertificateAuthority.create("gate", validity);
    certificate =
        ServerCertificate.issue(
            authority, validity, folder, "gate", new SubjectName.Dns("localhost"));
    Files.writeString(folder.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    port = listen(0);
  }

  /// The provider `gated`, which asks here, as YAML.
  String provider() {
    return """
    apiVersion: ambit.dev/v1
    kind: CredentialProvider
    metadata: { name: gated }
    spec:
      oauth:
        tokenEndpoint: https://localhost:PORT/token
        revocationEndpoint: https://localhost:PORT/revoke
        introspectionEndpoint: https://localhost:PORT/introspect
        roots: { file: "ROOTS" }
        client: { id: ambit, secret: { file: ambit.secret } }
        verifier: { id: ambit-verifier, secret: { file: ambit-verifier.secret } }
        scopes: ["items:read", "items:write"]
        lifetimeMax: 10m
        propagationBound: 1s
    """
        .replace("PORT", Integer.toString(port))
        .replace("ROOTS", folder.resolve("ca.pem").toString());
  }

  /// From now on passes on to the issuer of this set.
  void leadsTo(WholeSet set) throws IOException {
    issuerPort = set.peers().issuerPort();
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .sslContext(Tls.client(set.peers().roots()))
            .build();
  }

  void watchedBy(Witness next) {
    witness = next;
  }

  void unwatched() {
    witness = (_, _) -> {};
  }

  void turns(Mood next) {
    mood = next;
  }

  /// Refuses connections from now on.
  synchronized void down() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  /// Serves again, on the same port.
  synchronized void up() throws IOException {
    if (server == null) {
      listen(port);
    }
  }

  private synchronized int listen(int wanted) throws IOException {
    var next =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 64);
    next.setHttpsConfigurator(
        new HttpsConfigurator(Tls.server(certificate.certificate(), certificate.key())));
    next.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    next.createContext(
        "/",
        exchange -> {
          try (exchange) {
            serve(exchange);
          }
        });
    next.start();
    server = next;
    return next.getAddress().getPort();
  }

  private void serve(HttpExchange exchange) throws IOException {
    var endpoint = exchange.getRequestURI().getPath();
    var body = exchange.getRequestBody().readAllBytes();
    witness.sees(endpoint, Moment.ARRIVED);
    try {
      switch (mood) {
        case HONEST -> answer(exchange, endpoint, ask(exchange, endpoint, body));
        case ERRS -> exchange.sendResponseHeaders(500, -1);
        case STALLS -> closing.await();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange, String endpoint, HttpResponse<byte[]> answer)
      throws IOException {
    witness.sees(endpoint, Moment.DONE);
    answer
        .headers()
        .firstValue("content-type")
        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
    exchange.sendResponseHeaders(
        answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
    if (answer.body().length > 0) {
      exchange.getResponseBody().write(answer.body());
    }
    exchange.close();
    witness.sees(endpoint, Moment.ANSWERED);
  }

  private HttpResponse<byte[]> ask(HttpExchange exchange, String endpoint, byte[] body)
      throws IOException, InterruptedException {
    if (http == null) {
      throw new IOException("gate: leads nowhere yet");
    }
    var request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + issuerPort + endpoint))
            .timeout(Duration.ofSeconds(10))
            .POST(BodyPublishers.ofByteArray(body));
    for (var name : List.of("Authorization", "Content-Type")) {
      var value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    down();
    if (http != null) {
      http.shutdownNow();
    }
    dev.ambit.dev.set.Folders.remove(folder);
  }
}
