package dev.ambit.dev.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Journal;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.tls.Tls;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The OAuth server does what the RFCs say, but for the client it lies to.
class IssuerTest {
  private static final Duration LIFE = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private Journal journal;
  private Issuer issuer;
  private HttpClient http;

  @BeforeEach
  void start() throws IOException {
    var authority =
        CertificateAuthority.create(
            "test", Validity.from(InstantSource.system().instant(), Duration.ofHours(1)));
    var certificate =
        ServerCertificate.issue(
            authority,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            folder,
            "issuer",
            new SubjectName.Dns("localhost"));
    var roots =
        Files.writeString(
            folder.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    journal = Journal.open(folder.resolve("issuer.jsonl"), () -> now);
    issuer =
        Issuer.start(
            InetAddress.getLoopbackAddress(),
            Tls.server(certificate.certificate(), certificate.key()),
            List.of(
                new Client("app", Client.digest("s:1 %"), Set.of("a", "b"), false, false),
                new Client("liar", Client.digest("s2"), Set.of("a"), false, true),
                new Client("verifier", Client.digest("s3"), Set.of(), true, false)),
            LIFE,
            journal,
            () -> now);
    http = HttpClient.newBuilder().sslContext(Tls.client(roots)).build();
  }

  @AfterEach
  void stop() {
    http.close();
    issuer.close();
    journal.close();
  }

  @Test
  void issuesTheScopesThatWereAskedFor() throws Exception {
    var answer = post("/token", "app", "s%3A1+%25", "grant_type=client_credentials&scope=a");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(facts(answer))
        .containsEntry("token_type", "Bearer")
        .containsEntry("scope", "a")
        .containsEntry("expires_in", 300);
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
  }

  @Test
  void refusesWhoeverItDoesNotKnow() throws Exception {
    var answer = post("/token", "app", "wrong", "grant_type=client_credentials");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(facts(answer)).containsEntry("error", "invalid_client");
  }

  @Test
  void takesTheSecretFromTheFormToo() throws Exception {
    var request =
        HttpRequest.newBuilder(uri("/token"))
            .POST(
                BodyPublishers.ofString(
                    "grant_type=client_credentials&client_id=liar&client_secret=s2"))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAScopeTheClientDoesNotHave() throws Exception {
    var answer = post("/token", "liar", "s2", "grant_type=client_credentials&scope=b");
    assertThat(facts(answer)).containsEntry("error", "invalid_scope");
  }

  @Test
  void refusesAnotherGrantType() throws Exception {
    assertThat(facts(post("/token", "liar", "s2", "grant_type=password")))
        .containsEntry("error", "unsupported_grant_type");
  }

  @Test
  void tellsAVerifierThatAFreshTokenIsActive() throws Exception {
    assertThat(introspect(token("liar", "s2")))
        .containsEntry("active", true)
        .containsEntry("client_id", "liar")
        .containsEntry("scope", "a");
  }

  @Test
  void tellsNobodyElse() throws Exception {
    var answer = post("/introspect", "liar", "s2", "token=" + token("liar", "s2"));
    assertThat(answer.statusCode()).isEqualTo(403);
  }

  @Test
  void aRevokedTokenIsInactive() throws Exception {
    var token = token("app", "s%3A1+%25");
    assertThat(post("/revoke", "app", "s%3A1+%25", "token=" + token).statusCode()).isEqualTo(200);
    assertThat(introspect(token)).containsOnly(Map.entry("active", false));
  }

  @Test
  void revokingOneTokenLeavesItsNeighbourAlive() throws Exception {
    var token = token("app", "s%3A1+%25");
    var neighbour = token("app", "s%3A1+%25");
    post("/revoke", "app", "s%3A1+%25", "token=" + token);
    assertThat(introspect(neighbour)).containsEntry("active", true);
  }

  @Test
  void revokingAnUnknownTokenIsAnsweredWithOk() throws Exception {
    assertThat(post("/revoke", "app", "s%3A1+%25", "token=none").statusCode()).isEqualTo(200);
  }

  @Test
  void refusesToRevokeTheTokenOfAnother() throws Exception {
    var token = token("liar", "s2");
    assertThat(post("/revoke", "app", "s%3A1+%25", "token=" + token).statusCode()).isEqualTo(400);
    assertThat(introspect(token)).containsEntry("active", true);
  }

  @Test
  void liesToTheOneClientItLiesTo() throws Exception {
    var token = token("liar", "s2");
    assertThat(post("/revoke", "liar", "s2", "token=" + token).statusCode()).isEqualTo(200);
    assertThat(introspect(token)).containsEntry("active", true);
  }

  @Test
  void aTokenDiesAtTheInstantItExpires() throws Exception {
    var token = token("app", "s%3A1+%25");
    now = now.plus(LIFE).minusMillis(1);
    assertThat(introspect(token)).containsEntry("active", true);
    now = now.plusMillis(1);
    assertThat(introspect(token)).containsEntry("active", false);
  }

  @Test
  void refusesARepeatedParameter() throws Exception {
    assertThat(facts(post("/token", "liar", "s2", "scope=a&scope=a")))
        .containsEntry("error", "invalid_request");
  }

  @Test
  void refusesABodyBeyond64KiB() throws Exception {
    var answer = post("/token", "liar", "s2", "x=" + "y".repeat(64 * 1024));
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void writesWhatItDidWithADigestOfTheTokenOnly() throws Exception {
    var token = token("app", "s%3A1+%25");
    post("/revoke", "app", "s%3A1+%25", "token=" + token);
    introspect(token);
    var entries = Entry.read(folder.resolve("issuer.jsonl"));
    assertThat(entries).extracting(Entry::event).containsExactly("issue", "revoke", "introspect");
    assertThat(entries)
        .extracting(entry -> entry.text("token"))
        .containsOnly(Endpoints.digest(token));
    assertThat(entries.get(1).text("effect")).isEqualTo("killed");
    assertThat(Files.readString(folder.resolve("issuer.jsonl"))).doesNotContain(token);
  }

  @Test
  void forgetsTheOldestTokenBeyondItsBound() {
    var tokens = new Tokens(() -> now, LIFE);
    var first = tokens.issue("app", Set.of("a"));
    for (var count = 1; count < Tokens.COUNT_MAX; count++) {
      tokens.issue("app", Set.of("a"));
    }
    assertThat(tokens.find(first.value())).isPresent();
    tokens.issue("app", Set.of("a"));
    assertThat(tokens.find(first.value())).isEmpty();
  }

  private String token(String client, String secret) throws IOException, InterruptedException {
    return String.valueOf(
        facts(post("/token", client, secret, "grant_type=client_credentials")).get("access_token"));
  }

  private Map<String, Object> introspect(String token) throws IOException, InterruptedException {
    return facts(post("/introspect", "verifier", "s3", "token=" + token));
  }

  private HttpResponse<String> post(String path, String client, String secret, String form)
      throws IOException, InterruptedException {
    var basic =
        Base64.getEncoder()
            .encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8));
    var request =
        HttpRequest.newBuilder(uri(path))
            .header("Authorization", "Basic " + basic)
            .POST(BodyPublishers.ofString(form))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("https://localhost:" + issuer.port() + path);
  }

  @SuppressWarnings("unchecked") // The issuer answers with objects only.
  private static Map<String, Object> facts(HttpResponse<String> answer) {
    return (Map<String, Object>)
        Json.read(answer.body().getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }
}
