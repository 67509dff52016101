package dev.ambit.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  void helpsWithEveryVariable() {
    for (var key : Key.values()) {
      assertThat(Environment.help()).contains(key.variable()).contains(key.meaning());
    }
  }
}
