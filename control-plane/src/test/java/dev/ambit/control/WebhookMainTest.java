package dev.ambit.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.testing.OwnProcess;
import dev.ambit.control.webhook.certificate.Pki;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as a process of its own, in the role of the webhook.
class WebhookMainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern READY = Pattern.compile("ready: webhook=(\\d+) admin=(\\d+)\\s*");

  private final Map<String, String> settings = new HashMap<>();
  private final List<Process> started = new ArrayList<>();
  private final Pki pki = new Pki();
  @TempDir private Path folder;
  private Path injection;

  @BeforeEach
  void settings() throws IOException {
    pki.write(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    injection =
        Files.writeString(
            folder.resolve("injection.yaml"),
            """
            version: "0.1.0"
            images: { proxy: p, redirect: r }
            controlPlane: { address: "control:9443", id: "spiffe://example.org/cp" }
            spire: { socket: /run/spire/agent.sock }
            redirect: {}
            profiles: { default: {} }
            """);
    settings.put("LISTEN", "127.0.0.1:0");
    settings.put("ADMIN_LISTEN", "127.0.0.1:0");
    settings.put("INJECTION", injection.toString());
    settings.put("CERTIFICATES", "files");
    settings.put("CERTIFICATE", folder.resolve("tls.crt").toString());
    settings.put("KEY", folder.resolve("tls.key").toString());
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (var process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void afterSigtermItIsNotReadyAndAnswersForAWhile() throws Exception {
    settings.put("LINGER", "60s");
    var ready = ready();
    assertThat(get("http://127.0.0.1:" + ready.group(2) + "/readyz")).isEqualTo(200);
    started.getLast().destroy();
    Await.until("not ready", () -> get("http://127.0.0.1:" + ready.group(2) + "/readyz") == 503);
    assertThat(get("https://127.0.0.1:" + ready.group(1) + "/inject")).isEqualTo(405);
  }

  @Test
  void thenItEndsCleanly() throws Exception {
    settings.put("LINGER", "0s");
    var _ = ready();
    started.getLast().destroy();
    assertThat(started.getLast().waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(started.getLast().exitValue()).isEqualTo(128 + 15);
    assertThat(err()).doesNotContain("Exception");
  }

  @Test
  void refusesABrokenInjectionFileWithFileLineAndKey() throws Exception {
    Files.writeString(injection, "version: \"1\"\nmodes: explicit\n");
    assertThat(exit()).isEqualTo(64);
    assertThat(err().lines())
        .contains(
            injection
                + ":2: modes: unknown key (expected: version, mode, imagePullPolicy, images,"
                + " controlPlane, spire, allowOutboundExclusions, redirect, profiles)")
        .allMatch(line -> line.matches(Pattern.quote(injection.toString()) + ":\\d+: \\S+: .*"));
    assertThat(out()).isEmpty();
  }

  @Test
  void namesEverySettingThatIsWrong() throws Exception {
    settings.remove("KEY");
    settings.put("KEYS", "");
    assertThat(exit()).isEqualTo(64);
    assertThat(err())
        .isEqualTo(
            """
            AMBIT_WEBHOOK_KEYS: unknown (expected: a variable of --help)
            AMBIT_WEBHOOK_KEY: not set (expected: path, required: files)
            """);
  }

  @Test
  void saysWhichFileCannotBeUsed() throws Exception {
    Files.delete(folder.resolve("tls.key"));
    assertThat(exit()).isEqualTo(71);
    assertThat(err()).contains("AMBIT_WEBHOOK_KEY: cannot read ");
  }

  @Test
  void helpsInEachRoleAndKnowsNoOther() throws Exception {
    assertThat(begin("--role=webhook", "--help").waitFor()).isZero();
    assertThat(out()).contains("AMBIT_WEBHOOK_INJECTION", "Exit codes:");
    assertThat(begin("--role=control-plane", "--help").waitFor()).isZero();
    assertThat(out()).contains("AMBIT_CONTROL_LEASE", "--role=webhook");
    assertThat(begin("--role=webhook", "--port").waitFor()).isEqualTo(64);
    assertThat(err()).contains("Usage:");
    assertThat(begin("--role=proxy").waitFor()).isEqualTo(64);
    assertThat(err()).isEqualTo("--role: proxy (expected: control-plane or webhook)\n");
  }

  private int exit() throws Exception {
    assertThat(begin("--role=webhook").waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return started.getLast().exitValue();
  }

  private MatchResult ready() throws Exception {
    var process = begin("--role=webhook");
    Await.until("ready", PATIENCE, () -> !process.isAlive() || out().contains("\n"));
    var matcher = READY.matcher(out());
    assertThat(matcher.matches()).as(out() + err()).isTrue();
    return matcher.toMatchResult();
  }

  private Process begin(String... arguments) throws IOException {
    started.add(OwnProcess.of(folder, "AMBIT_WEBHOOK_", settings, arguments).start());
    return started.getLast();
  }

  private int get(String uri) {
    try (var http = HttpClient.newBuilder().sslContext(pki.client()).build()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(uri)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private String out() {
    return text("out");
  }

  private String err() {
    return text("err");
  }

  private String text(String name) {
    try {
      var file = folder.resolve(name);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
