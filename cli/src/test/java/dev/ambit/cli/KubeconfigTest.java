package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A kubeconfig leads to the control plane where it is named, or where nothing else does. Nobody
/// answers at the address in it, which is how it is seen that it was taken.
class KubeconfigTest {
  private static final String TAKEN = "cluster: the API server of ";

  @TempDir Path home;
  private Path kubeconfig;

  @BeforeEach
  void write() throws IOException {
    kubeconfig =
        Files.writeString(
            home.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "http://127.0.0.1:9" } }]
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            users: [{ name: u, user: {} }]
            current-context: c
            """);
  }

  @Test
  void isTakenWhereItIsNamed() {
    taken(Map.of(), "--kubeconfig", kubeconfig.toString());
    taken(Map.of("AMBIT_ACCESS", home.toString()), "--kubeconfig", kubeconfig.toString());
    taken(Map.of("KUBECONFIG", kubeconfig.toString()), "--release", "blue");
  }

  @Test
  void isTakenWhereThereIsNoAccessDirectory() throws IOException {
    taken(Map.of("KUBECONFIG", "/nowhere:" + kubeconfig));
    Files.createDirectories(home.resolve(".kube"));
    Files.copy(kubeconfig, home.resolve(".kube/config"));
    taken(Map.of());
    Files.createDirectories(home.resolve(".config/ambit/access"));
    assertThat(type(Map.of()).err()).contains(".config/ambit/access/server cannot be read");
    assertThat(type(Map.of("AMBIT_ACCESS", "/nowhere")).err()).contains("/nowhere/server");
  }

  @Test
  void refusesTwoWaysAtOnceAndAContextThatIsNotThere() {
    var two = type(Map.of(), "--access", "/a", "--kubeconfig", kubeconfig.toString());
    assertThat(two.exit()).isEqualTo(2);
    assertThat(two.err()).contains("expected: one way");
    var other = type(Map.of(), "--kubeconfig", kubeconfig.toString(), "--kube-context", "other");
    assertThat(other.exit()).isEqualTo(64);
    assertThat(other.err()).contains("--kube-context: other is not in " + kubeconfig);
    var none = type(Map.of(), "--kubeconfig", "/nowhere");
    assertThat(none.exit()).isEqualTo(64);
    assertThat(none.err()).contains("kubeconfig: none can be read");
  }

  @Test
  void refusesAFileThatIsNone() throws IOException {
    Files.writeString(kubeconfig, "nonsense: [");
    var typed = type(Map.of(), "--kubeconfig", kubeconfig.toString());
    assertThat(typed.exit()).isEqualTo(64);
    assertThat(typed.err()).contains("--kubeconfig: " + kubeconfig + " cannot be read as one");
  }

  @Test
  void checkIsRedWhereTheClusterIsAway() {
    var red = Typed.typeAt(home, Map.of(), "check", "--kubeconfig", kubeconfig.toString());
    assertThat(red.exit()).isEqualTo(1);
    assertThat(red.out()).contains(TAKEN + kubeconfig, "red: 1 thing is wrong");
  }

  private void taken(Map<String, String> environment, String... words) {
    var typed = type(environment, words);
    assertThat(typed.exit()).as(typed.toString()).isEqualTo(4);
    assertThat(typed.err()).contains(TAKEN);
  }

  private Typed type(Map<String, String> environment, String... words) {
    var all = new String[words.length + 2];
    all[0] = "session";
    all[1] = "list";
    System.arraycopy(words, 0, all, 2, words.length);
    return Typed.typeAt(home, environment, all);
  }
}
