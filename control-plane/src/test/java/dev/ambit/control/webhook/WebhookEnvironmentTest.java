package dev.ambit.control.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.webhook.WebhookSettings.Certificates;
import dev.ambit.control.webhook.certificate.SelfManaged;
import dev.ambit.spiffe.x509.SubjectName;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The webhook's settings are read once, with everything that is wrong told at once.
class WebhookEnvironmentTest {
  private static final Map<String, String> SELF =
      Map.of(
          "AMBIT_WEBHOOK_INJECTION", "/etc/ambit/injection.yaml",
          "AMBIT_WEBHOOK_NAMESPACE", "ambit-system",
          "AMBIT_WEBHOOK_SECRET", "ambit-webhook-ca",
          "AMBIT_WEBHOOK_LEASE", "ambit-webhook",
          "AMBIT_WEBHOOK_CONFIGURATION", "ambit-injection",
          "AMBIT_WEBHOOK_SERVICE", "ambit-webhook.ambit-system.svc, 127.0.0.1",
          "AMBIT_WEBHOOK_REPLICA", "ambit-webhook-1",
          "KUBECONFIG", "/etc/kubeconfig");

  @Test
  void looksAfterItsCertificateItselfUnlessToldOtherwise() {
    var settings = ((WebhookEnvironment.Result.Read) WebhookEnvironment.read(SELF)).settings();
    assertThat(settings.listen().getPort()).isEqualTo(9444);
    assertThat(settings.admin().getPort()).isEqualTo(8090);
    assertThat(settings.linger()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.certificates())
        .isEqualTo(
            new Certificates.Own(
                new SelfManaged.Place(
                    "ambit-system",
                    "ambit-webhook-ca",
                    "ambit-webhook",
                    "ambit-injection",
                    List.of(
                        new SubjectName.Dns("ambit-webhook.ambit-system.svc"),
                        new SubjectName.Ip(InetAddress.ofLiteral("127.0.0.1"))),
                    "ambit-webhook-1"),
                Optional.of(Path.of("/etc/kubeconfig"))));
  }

  @Test
  void takesFilesThatSomebodyElseReplaces() {
    var settings =
        WebhookEnvironment.read(
            Map.of(
                "AMBIT_WEBHOOK_INJECTION", "/i.yaml",
                "AMBIT_WEBHOOK_CERTIFICATES", "files",
                "AMBIT_WEBHOOK_CERTIFICATE", "/tls.crt",
                "AMBIT_WEBHOOK_KEY", "/tls.key"));
    assertThat(((WebhookEnvironment.Result.Read) settings).settings().certificates())
        .isEqualTo(new Certificates.Files(Path.of("/tls.crt"), Path.of("/tls.key")));
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    var variables = new HashMap<>(SELF);
    variables.remove("AMBIT_WEBHOOK_LEASE");
    variables.put("AMBIT_WEBHOOK_LISTEN", "9444");
    variables.put("AMBIT_WEBHOOK_CERTIFICATES", "some");
    variables.put("AMBIT_WEBHOOK_SERVICE", "Name_With_Capitals");
    variables.put("AMBIT_WEBHOOK_LINGER", "61s");
    variables.put("AMBIT_WEBHOOK_LOG_LEVEL", "loud");
    variables.put("AMBIT_WEBHOOK_INJECT", "");
    assertThat(WebhookEnvironment.read(variables))
        .isEqualTo(
            new WebhookEnvironment.Result.Wrong(
                List.of(
                    "AMBIT_WEBHOOK_INJECT: unknown (expected: a variable of --help)",
                    "AMBIT_WEBHOOK_LISTEN: 9444 (expected: ip:port, port 0: any)",
                    "AMBIT_WEBHOOK_CERTIFICATES: some (expected: self-managed or files)",
                    "AMBIT_WEBHOOK_LEASE: not set (expected: name, required: self-managed)",
                    "AMBIT_WEBHOOK_SERVICE: Name_With_Capitals (expected: names of DNS, or"
                        + " addresses)",
                    "AMBIT_WEBHOOK_LINGER: 61s (expected: 0s to 60s)",
                    "AMBIT_WEBHOOK_LOG_LEVEL: loud (expected: ERROR, WARN, INFO, DEBUG or"
                        + " TRACE)")));
  }

  @Test
  void helpsWithEveryVariable() {
    for (var key : WebhookKey.values()) {
      assertThat(WebhookEnvironment.help()).contains(key.variable()).contains(key.meaning());
    }
  }

  @Test
  void thePageOfTheSettingsSaysWhatTheProgramReads() throws IOException {
    var page = Files.readString(Path.of("../docs/settings.md"));
    var section = page.substring(page.indexOf("## Webhook"), page.indexOf("## Proxy"));
    assertThat(section.lines().filter(line -> line.startsWith("| `")))
        .as("the rows should be:%n%s", WebhookEnvironment.table())
        .containsExactlyElementsOf(WebhookEnvironment.table().lines().toList());
  }
}
