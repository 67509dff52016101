package dev.ambit.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Settings are read once, with everything that is wrong told at once.
class EnvironmentTest {
  private static final Map<String, String> ENOUGH =
      Map.of(
          "AMBIT_CONTROL_SPIFFE_SOCKET", "/run/a.sock",
          "AMBIT_CONTROL_DATABASE", "/var/a.db",
          "AMBIT_CONTROL_RESOURCES", "/etc/ambit",
          "AMBIT_CONTROL_KEYS_DIR", "/var/keys");

  @Test
  void needsFourThingsAndHasDefaultsForTheRest() {
    var settings = ((Environment.Result.Read) Environment.read(ENOUGH)).settings();
    assertThat(settings.proxies().getPort()).isEqualTo(9443);
    assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(15));
    assertThat(settings.access()).isEmpty();
    assertThat(settings.peers()).isEmpty();
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    var variables = new HashMap<>(ENOUGH);
    variables.remove("AMBIT_CONTROL_DATABASE");
    variables.put("AMBIT_CONTROL_LEASE", "31s");
    variables.put("AMBIT_CONTROL_PEOPLE_LISTEN", "0.0.0.0:70000");
    variables.put("AMBIT_CONTROL_WORKLOADS", "spiffe://a/b, c");
    variables.put("AMBIT_CONTROL_LEASES", "15s");
    variables.put("AMBIT_CONTROL_LOG_LEVEL", "loud");
    variables.put("OTHER", "is not ours");
    assertThat(Environment.read(variables))
        .isEqualTo(
            new Environment.Result.Wrong(
                List.of(
                    "AMBIT_CONTROL_LEASES: unknown (expected: a variable of --help)",
                    "AMBIT_CONTROL_PEOPLE_LISTEN: 0.0.0.0:70000 (expected: ip:port, port 0: any)",
                    "AMBIT_CONTROL_DATABASE: not set (expected: path, required)",
                    "AMBIT_CONTROL_LEASE: 31s (expected: 1s to 30s)",
                    "AMBIT_CONTROL_WORKLOADS: c (expected: spiffe://...)",
                    "AMBIT_CONTROL_LOG_LEVEL: loud (expected: ERROR, WARN, INFO, DEBUG or"
                        + " TRACE)")));
  }

  @Test
  void asksAClusterOnlyWhereItIsToldTo() {
    assertThat(((Environment.Result.Read) Environment.read(ENOUGH)).settings().kubernetes())
        .isEmpty();
    var variables = new HashMap<>(ENOUGH);
    variables.put("AMBIT_CONTROL_KUBERNETES", "on");
    variables.put("AMBIT_CONTROL_KUBERNETES_NAMESPACE", "ambit-system");
    variables.put("AMBIT_CONTROL_OPERATORS", "kubernetes:ambit-system:ambit-operator, staff");
    variables.put("KUBECONFIG", "/etc/kubeconfig");
    assertThat(((Environment.Result.Read) Environment.read(variables)).settings().kubernetes())
        .contains(
            new Settings.Kubernetes(
                "ambit-system",
                "ambit-access",
                "ambit",
                List.of("kubernetes:ambit-system:ambit-operator", "staff"),
                Optional.empty(),
                Optional.of(Path.of("/etc/kubeconfig"))));
  }

  @Test
  void tellsWhatIsWrongAboutTheCluster() {
    var variables = new HashMap<>(ENOUGH);
    variables.put("AMBIT_CONTROL_KUBERNETES", "yes");
    variables.put("AMBIT_CONTROL_KUBERNETES_NAMESPACE", "ambit-system");
    variables.put("AMBIT_CONTROL_KUBERNETES_ACCESS", "A");
    variables.put("AMBIT_CONTROL_TOKEN_AUDIENCE", "a b");
    variables.put("AMBIT_CONTROL_OPERATORS", "kubernetes:flows");
    assertThat(Environment.read(variables))
        .isEqualTo(
            new Environment.Result.Wrong(
                List.of(
                    "AMBIT_CONTROL_KUBERNETES: yes (expected: off or on)",
                    "AMBIT_CONTROL_KUBERNETES_NAMESPACE: ambit-system (expected: not set while"
                        + " AMBIT_CONTROL_KUBERNETES is off)",
                    "AMBIT_CONTROL_KUBERNETES_ACCESS: A (expected: name)",
                    "AMBIT_CONTROL_TOKEN_AUDIENCE: a b (expected: text)",
                    "AMBIT_CONTROL_OPERATORS: kubernetes:flows (expected:"
                        + " kubernetes:NAMESPACE:SERVICEACCOUNT)")));
    variables.put("AMBIT_CONTROL_KUBERNETES", "on");
    variables.remove("AMBIT_CONTROL_KUBERNETES_NAMESPACE");
    assertThat(((Environment.Result.Wrong) Environment.read(variables)).problems())
        .contains(
            "AMBIT_CONTROL_KUBERNETES_NAMESPACE: not set (expected: the name of a namespace)");
  }

  @Test
  void helpsWithEveryVariable() {
    for (var key : Key.values()) {
      assertThat(Environment.help()).contains(key.variable()).contains(key.meaning());
    }
  }
}
