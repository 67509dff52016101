package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What makes a namespace one of agents is printed and nothing is asked. That an API server takes
/// it is tried in the tests of the clusters.
class NamespaceCommandTest {
  @TempDir Path home;

  @Test
  void printsLabelPoliciesAndTheAccountThatOpens() {
    var typed = type("agents");
    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(typed.out())
        .contains(
            "  name: agents\n  labels:\n    ambit.dev/injection: enforced\n",
            "pod-security.kubernetes.io/enforce: privileged",
            "policyTypes: [Ingress]\n---\n",
            "policyTypes: [Egress]",
            "kubernetes.io/metadata.name: ambit-system",
            "app.kubernetes.io/instance: ambit, app.kubernetes.io/component: control-plane",
            "cidr: 0.0.0.0/0, except: [169.254.0.0/16]",
            "cidr: \"::/0\", except: [\"fe80::/10\"]",
            "{ port: 443, protocol: TCP }",
            "kubernetes:agents:ambit-opener")
        .doesNotContain("RoleBinding", "UPSTREAMS", "NAME", "LEVEL", "RELEASE");
  }

  @Test
  void takesWhatIsToldOfTheRelease() {
    var typed =
        type(
            "agents",
            "--mode",
            "explicit",
            "--csi",
            "--upstream",
            "203.0.113.0/24",
            "--upstream",
            "2001:db8::/32",
            "--port",
            "8443",
            "--metrics-namespace",
            "monitoring",
            "--opener-group",
            "team:flows",
            "--release",
            "blue",
            "--kubernetes-namespace",
            "platform");
    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(typed.out())
        .contains(
            "pod-security.kubernetes.io/enforce: restricted",
            "  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - namespaceSelector:\n",
            "kubernetes.io/metadata.name: monitoring",
            "{ port: 15090, protocol: TCP }",
            "cidr: \"203.0.113.0/24\"",
            "cidr: \"2001:db8::/32\"",
            "{ port: 8443, protocol: TCP }",
            "kubernetes.io/metadata.name: platform",
            "app.kubernetes.io/instance: blue",
            "kind: RoleBinding",
            "name: \"team:flows\"")
        .doesNotContain("0.0.0.0/0", "443, protocol: TCP }\n    - { port: 443");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Agents",
        "-a",
        "kube-system",
        "ambit-system",
        "a --mode explicit",
        "a --mode other",
        "a --upstream 203.0.113.0",
        "a --upstream 203.0.113.300/24",
        "a --upstream 203.0.113.0/33",
        "a --upstream example.org",
        "a --port 0",
        "a --port 65536",
        "a --metrics-namespace A",
        "a --opener-group a\"b",
        "a --release A"
      })
  void refusesWhatCannotBeMeant(String words) {
    var typed = type(words.split(" "));
    assertThat(typed.exit()).as(typed.toString()).isEqualTo(2);
    assertThat(typed.out()).isEmpty();
  }

  private Typed type(String... words) {
    var all = new String[words.length + 1];
    all[0] = "namespace";
    System.arraycopy(words, 0, all, 1, words.length);
    return Typed.typeAt(home, Map.of(), all);
  }
}
