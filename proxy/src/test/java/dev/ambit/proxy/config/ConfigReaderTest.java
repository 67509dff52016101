package dev.ambit.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Settings are read whole, or every error is told at once.
class ConfigReaderTest {
  private static final Map<String, String> NEEDED =
      Map.of(
          "AMBIT_PROXY_SPIFFE_SOCKET", "unix:///run/spire/agent.sock",
          "AMBIT_PROXY_CONTROL_PLANE", "control.ambit.svc:9443",
          "AMBIT_PROXY_CONTROL_PLANE_ID", "spiffe://example.org/ambit/control",
          "AMBIT_PROXY_PRIVATE_DIR", "/var/ambit/private",
          "AMBIT_PROXY_TRUST_DIR", "/var/ambit/trust");

  @Test
  void fillsInTheDefaults() {
    var config = read(NEEDED);
    assertThat(config.listen().toString()).isEqualTo("/127.0.0.1:15002");
    assertThat(config.capturePort()).isEmpty();
    assertThat(config.agentDnsPort()).isEmpty();
    assertThat(config.metrics().toString()).isEqualTo("/0.0.0.0:15090");
    assertThat(config.spiffeSocket()).isEqualTo(Path.of("/run/spire/agent.sock"));
    assertThat(config.controlPlane()).isEqualTo(new Config.Endpoint("control.ambit.svc", 9443));
    assertThat(config.spoolBytes()).isEqualTo(16 * 1_024 * 1_024);
    assertThat(config.issueWait()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(25));
    assertThat(config.extraRoots()).isEmpty();
    assertThat(config.dns()).isEmpty();
    assertThat(config.pod()).isEmpty();
  }

  @Test
  void readsEveryKey() {
    var all = new HashMap<>(NEEDED);
    all.put("AMBIT_PROXY_EXTRA_ROOTS", "/etc/ambit/roots.pem");
    all.put("AMBIT_PROXY_LISTEN", "[::1]:0");
    all.put("AMBIT_PROXY_CAPTURE_PORT", "15001");
    all.put("AMBIT_PROXY_AGENT_DNS_PORT", "15053");
    all.put("AMBIT_PROXY_METRICS", "10.0.0.7:9");
    all.put("AMBIT_PROXY_SPOOL_BYTES", "65536");
    all.put("AMBIT_PROXY_DNS", "10.96.0.10:53");
    all.put("AMBIT_PROXY_RESERVED_ADDRESSES", "10.96.0.1, fd12::7");
    all.put("AMBIT_PROXY_IDENTITY_SECONDS", "4");
    all.put("AMBIT_PROXY_ISSUE_SECONDS", "3");
    all.put("AMBIT_PROXY_DRAIN_SECONDS", "0");
    all.put("AMBIT_PROXY_POD_UID", "u");
    all.put("AMBIT_PROXY_POD_NAMESPACE", "n");
    all.put("AMBIT_PROXY_POD_NAME", "p");
    all.put("AMBIT_PROXY_LOG_LEVEL", "DEBUG");
    all.put("PATH", "/bin");
    var config = read(all);
    assertThat(config.extraRoots()).contains(Path.of("/etc/ambit/roots.pem"));
    assertThat(config.listen().getPort()).isZero();
    assertThat(config.capturePort()).hasValue(15_001);
    assertThat(config.agentDnsPort()).hasValue(15_053);
    assertThat(config.dns().orElseThrow().getPort()).isEqualTo(53);
    assertThat(config.reservedAddresses())
        .containsExactlyInAnyOrder(
            InetAddress.ofLiteral("10.96.0.1"), InetAddress.ofLiteral("fd12::7"));
    assertThat(config.pod()).contains(new Config.Pod("u", "n", "p"));
    assertThat(all.keySet().stream().filter(name -> name.startsWith("AMBIT_PROXY_")))
        .hasSize(Key.values().length);
  }

  @Test
  void tellsEveryMissingKeyAtOnce() {
    assertThat(errors(Map.of()))
        .hasSize(5)
        .allMatch(error -> error.contains(": missing (expected: "));
  }

  @Test
  void refusesUnknownKeysAndBadValuesByName() {
    var bad = new HashMap<>(NEEDED);
    bad.put("AMBIT_PROXY_LISTN", "127.0.0.1:1");
    bad.put("AMBIT_PROXY_LISTEN", "localhost:15002");
    bad.put("AMBIT_PROXY_CAPTURE_PORT", "0");
    bad.put("AMBIT_PROXY_AGENT_DNS_PORT", "53/udp");
    bad.put("AMBIT_PROXY_METRICS", "0.0.0.0:65536");
    bad.put("AMBIT_PROXY_SPIFFE_SOCKET", "tcp://127.0.0.1:1");
    bad.put("AMBIT_PROXY_CONTROL_PLANE", "control");
    bad.put("AMBIT_PROXY_CONTROL_PLANE_ID", "https://example.org");
    bad.put("AMBIT_PROXY_PRIVATE_DIR", "relative");
    bad.put("AMBIT_PROXY_TRUST_DIR", "/run/..");
    bad.put("AMBIT_PROXY_EXTRA_ROOTS", "roots.pem");
    bad.put("AMBIT_PROXY_SPOOL_BYTES", "65535");
    bad.put("AMBIT_PROXY_DNS", "dns:53");
    bad.put("AMBIT_PROXY_RESERVED_ADDRESSES", "10.96.0.1,node");
    bad.put("AMBIT_PROXY_ISSUE_SECONDS", "-1");
    bad.put("AMBIT_PROXY_POD_UID", "u");
    bad.put("AMBIT_PROXY_LOG_LEVEL", "chatty");
    assertThat(errors(bad))
        .hasSize(17)
        .allMatch(error -> error.startsWith("AMBIT_PROXY_") && error.contains("(expected: "));
  }

  @Test
  void namesEveryKeyInItsTable() {
    for (var key : Key.values()) {
      assertThat(key.line()).contains(key.variable());
    }
  }

  private static Config read(Map<String, String> environment) {
    return switch (ConfigReader.read(environment)) {
      case ConfigReader.Reading.Read(Config config) -> config;
      case ConfigReader.Reading.Refused(var errors) -> throw new AssertionError(errors);
    };
  }

  private static List<String> errors(Map<String, String> environment) {
    return switch (ConfigReader.read(environment)) {
      case ConfigReader.Reading.Read(Config config) -> throw new AssertionError(config);
      case ConfigReader.Reading.Refused(var errors) -> errors;
    };
  }
}
