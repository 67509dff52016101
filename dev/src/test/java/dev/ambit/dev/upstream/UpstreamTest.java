package dev.ambit.dev.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Journal;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.tls.Tls;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The API believes nobody but the issuer, and writes down what it saw.
class UpstreamTest {
  @TempDir private Path folder;
  private volatile String answer = "{\"active\":true,\"scope\":\"items:read\"}";
  private HttpsServer issuer;
  private Journal journal;
  private Upstream upstream;
  private HttpClient http;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    var clock = InstantSource.system();
    var validity = Validity.from(clock.instant(), Duration.ofHours(1));
    var authority = CertificateAuthority.create("test", validity);
    var certificate =
        ServerCertificate.issue(
            authority, validity, folder, "server", new SubjectName.Dns("localhost"));
    var roots =
        Files.writeString(
            folder.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    issuer = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.setHttpsConfigurator(
        new HttpsConfigurator(Tls.server(certificate.certificate(), certificate.key())));
    issuer.createContext(
        "/introspect",
        exchange -> {
          try (exchange) {
            var body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    issuer.start();
    journal = Journal.open(folder.resolve("upstream.jsonl"), clock);
    upstream =
        Upstream.start(
            InetAddress.getLoopbackAddress(),
            SslContextBuilder.forServer(
                    certificate.certificate().toFile(), certificate.key().toFile())
                .build(),
            new Introspection(
                Tls.client(roots),
                URI.create("https://localhost:" + issuer.getAddress().getPort() + "/introspect"),
                "upstream",
                "secret"),
            journal);
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(Tls.client(roots))
            .build();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    upstream.close();
    issuer.stop(0);
  }

  @Test
  void answersWhoeverTheIssuerVouchesFor() throws Exception {
    var got = http.send(request("/v1/items/1").build(), BodyHandlers.ofString());
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).contains("quarterly figures");
    var seen = entry("request");
    assertThat(seen.text("path")).isEqualTo("/v1/items/1");
    assertThat(String.valueOf(seen.facts().get("headers"))).contains("authorization=Bearer t0ken");
  }

  @Test
  void refusesATokenThatIsNotActive() throws Exception {
    answer = "{\"active\":false}";
    assertThat(status(request("/v1/items"))).isEqualTo(401);
  }

  @Test
  void refusesATokenWithoutTheScope() throws Exception {
    assertThat(status(request("/v1/items").POST(BodyPublishers.ofString("x")))).isEqualTo(403);
  }

  @Test
  void refusesEverybodyWhileTheIssuerIsSilent() throws Exception {
    issuer.stop(0);
    assertThat(status(request("/v1/items"))).isEqualTo(503);
  }

  @Test
  void sendsAsManyBytesAsAskedFor() throws Exception {
    var got = http.send(request("/v1/download?bytes=3000000").build(), BodyHandlers.ofByteArray());
    assertThat(got.body()).hasSize(3_000_000);
    assertThat(entry("answer_ended").text("sha256")).isEqualTo(sha256(got.body()));
    assertThat(status(request("/v1/download?bytes=99999999999"))).isEqualTo(400);
  }

  @Test
  void keepsItsConnectionAfterADownload() throws Exception {
    for (var size : List.of(0, 1, 1_000, 70_000)) {
      assertThat(status(request("/v1/download?bytes=" + size))).isEqualTo(200);
    }
    assertThat(status(request("/v1/items"))).isEqualTo(200);
    assertThat(Entry.read(folder.resolve("upstream.jsonl")))
        .filteredOn(entry -> entry.is("connected"))
        .hasSize(1);
  }

  @Test
  void writesDownTheDigestOfAnUpload() throws Exception {
    answer = "{\"active\":true,\"scope\":\"items:write\"}";
    var body = new byte[200_000];
    body[7] = 7;
    var got =
        http.send(
            request("/v1/upload").POST(BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofString());
    assertThat(got.body()).contains("\"bytes\":200000", sha256(body));
    assertThat(entry("body_ended").text("sha256")).isEqualTo(sha256(body));
  }

  @Test
  void writesDownWhenAStreamIsCut() throws Exception {
    var got = http.send(request("/v1/stream").build(), BodyHandlers.ofInputStream());
    assertThat(got.body().read()).isEqualTo('i');
    got.body().close();
    http.shutdownNow();
    assertThat(entry("stream_ended").text("how")).isEqualTo("cut");
    assertThat(entry("disconnected").number("connection")).isEqualTo(1);
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + upstream.port() + path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer t0ken");
  }

  private int status(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  /// Waits for an event, at most ten seconds.
  private Entry entry(String event) throws InterruptedException {
    var end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < end) {
      for (var entry : Entry.read(folder.resolve("upstream.jsonl"))) {
        if (entry.is(event)) {
          return entry;
        }
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new AssertionError("no " + event);
  }
}
