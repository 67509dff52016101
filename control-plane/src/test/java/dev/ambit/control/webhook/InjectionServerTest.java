package dev.ambit.control.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.webhook.WebhookSettings.Certificates;
import dev.ambit.control.webhook.certificate.Pki;
import dev.ambit.resources.InjectionReader;
import dev.ambit.resources.InjectionReading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The port that the API server asks.
class InjectionServerTest {
  static final String INJECTION =
      """
      version: "0.1.0"
      mode: transparent
      images: { proxy: "ambit-proxy:0.1.0", redirect: "ambit-redirect:0.1.0" }
      controlPlane: { address: "ambit-control-plane.ambit-system.svc:9443", id: "spiffe://example.org/cp" }
      spire: { socket: /run/spire/agent-sockets/spire-agent.sock, csiDriver: "" }
      redirect: {}
      profiles: { default: {} }
      """;

  @TempDir private Path folder;
  private InjectionWebhook webhook;
  private HttpClient https;

  @BeforeEach
  void start() throws IOException {
    var pki = new Pki();
    pki.write(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var file = Files.writeString(folder.resolve("injection.yaml"), INJECTION);
    var settings =
        new WebhookSettings(
            any,
            any,
            file,
            new Certificates.Files(folder.resolve("tls.crt"), folder.resolve("tls.key")),
            Duration.ZERO);
    var injection = ((InjectionReading.Whole) InjectionReader.read(file)).settings();
    webhook = InjectionWebhook.start(settings, injection, InstantSource.system(), System::nanoTime);
    https = HttpClient.newBuilder().sslContext(pki.client()).build();
  }

  @AfterEach
  void stop() {
    https.close();
    webhook.close();
  }

  @Test
  void answersOverTls() throws Exception {
    var answer = ask(QuestionTest.REVIEW, "application/json");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"allowed\":true", "\"patchType\":\"JSONPatch\"");
  }

  @Test
  void aDryRunIsAnsweredLikeAnyOther() throws Exception {
    var dry = QuestionTest.REVIEW.replace("\"dryRun\": false", "\"dryRun\": true");
    assertThat(ask(dry, "application/json").body())
        .isEqualTo(ask(QuestionTest.REVIEW, "application/json").body());
  }

  @Test
  void saysWhatIsWrongWithWhatIsNoQuestion() throws Exception {
    var text = ask(QuestionTest.REVIEW, "text/plain");
    assertThat(text.statusCode()).isEqualTo(400);
    assertThat(text.body()).isEqualTo("content-type: another (expected: application/json)\n");
    var none = ask("{}", "application/json");
    assertThat(none.statusCode()).isEqualTo(400);
    assertThat(none.body()).isEqualTo("apiVersion: another (expected: admission.k8s.io/v1)\n");
  }

  @Test
  void aQuestionMayBeLargeButNotWithoutEnd() throws Exception {
    var large = padded(InjectionServer.REQUEST_MAX - QuestionTest.REVIEW.length() - 100);
    assertThat(ask(large, "application/json").statusCode()).isEqualTo(200);
    assertThat(statusOf(padded(InjectionServer.REQUEST_MAX))).isEqualTo(413);
  }

  @Test
  void aPodThatNobodyFoundPossibleIsRefusedWithoutAWordOfWhy() throws Exception {
    var odd = QuestionTest.REVIEW.replace("\"spec\": {", "\"spec\": {\"volumes\": \"none\", ");
    var answer = ask(odd, "application/json");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("Exception", "Node");
  }

  @Test
  void anotherPathOrMethodIsNotThere() throws Exception {
    var get = HttpRequest.newBuilder(uri("/inject")).build();
    assertThat(https.send(get, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    var other = HttpRequest.newBuilder(uri("/other")).build();
    assertThat(https.send(other, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(404);
  }

  @Test
  void countsHowQuestionsEndedAndSaysWhatItInjectsAndUntilWhen() throws Exception {
    ask(QuestionTest.REVIEW, "application/json");
    ask(
        QuestionTest.REVIEW.replace("\"spec\": {", "\"spec\": {\"hostNetwork\": true, "),
        "application/json");
    ask("{}", "application/json");
    var metrics = admin("/metrics");
    assertThat(metrics)
        .contains("ambit_injection_requests_total{outcome=\"injected\"} 1.0")
        .contains("ambit_injection_requests_total{outcome=\"refused\"} 1.0")
        .contains("ambit_injection_requests_total{outcome=\"malformed\"} 1.0")
        .contains("ambit_injection_requests_total{outcome=\"failed\"} 0.0")
        .contains("ambit_injection_duration_seconds_count 3")
        .contains("ambit_injection_duration_seconds_bucket{le=\"0.5\"}")
        .containsPattern(
            "ambit_build_info\\{config=\"[0-9a-f]{16}\",role=\"webhook\",version=\"0.1.0\"} 1")
        .containsPattern("ambit_webhook_cert_expiry_timestamp_seconds 1\\.\\d+E9");
    assertThat(admin("/readyz")).isEqualTo("ready\n");
    assertThat(admin("/livez")).isEqualTo("alive\n");
  }

  /// Who is not listened to any more may hear of that before the answer.
  private int statusOf(String body) throws InterruptedException {
    try {
      return ask(body, "application/json").statusCode();
    } catch (IOException cut) {
      assertThat(cut).hasMessageContaining("RST_STREAM");
      return 413;
    }
  }

  private static String padded(int spaces) {
    return QuestionTest.REVIEW.replaceFirst("\\{", "{" + " ".repeat(spaces));
  }

  private HttpResponse<String> ask(String body, String type)
      throws IOException, InterruptedException {
    return https.send(
        HttpRequest.newBuilder(uri("/inject"))
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String admin(String path) throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:" + webhook.adminPort() + path);
    return https
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private URI uri(String path) {
    return URI.create("https://127.0.0.1:" + webhook.port() + path);
  }
}
