package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.spiffe.x509.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every command against a real control plane, rightly and wrongly: what comes is an answer or one
/// sentence, never a stack trace.
class RealControlPlaneTest {
  private static final String NOBODY = "01JZ8YQ5V7N3K2M4P6R8T0W1X3";
  private static RealPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = new RealPlane();
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
  }

  /// Every command that asks the control plane, with words that are right.
  static Stream<List<String>> commands() {
    return Stream.of(
        List.of("status"),
        List.of("session", "list"),
        List.of("session", "open", "-t", "solo", "-w", RealPlane.AGENT, "-p", "item=7"),
        List.of("session", "show", NOBODY),
        List.of("session", "watch", NOBODY),
        List.of("session", "extend", NOBODY, "--ttl", "20m"),
        List.of("session", "context", NOBODY, "user=maria"),
        List.of("session", "suspend", NOBODY),
        List.of("session", "resume", NOBODY),
        List.of("session", "close", NOBODY),
        List.of("explain", "--session", NOBODY, "GET", "https://api.example.org/"),
        List.of("audit", "show", NOBODY),
        List.of("audit", "verify"),
        List.of("receipt", "show", NOBODY),
        List.of("receipt", "keys"));
  }

  @Test
  void aSessionFromItsOpeningToItsReceipt() throws IOException {
    var id = plane.open();
    assertThat(plane.type("session", "show", id).out()).contains("state       ACTIVE");
    var extended = plane.type("session", "extend", id, "--ttl", "20m");
    assertThat(extended.exit()).as(extended.err()).isZero();
    assertThat(plane.type("session", "list", "-o", "json").out()).contains(id);
    var early = plane.type("receipt", "show", id);
    assertThat(early.exit()).isEqualTo(1);
    assertThat(early.err()).contains("state: ACTIVE (expected: CLOSED)", "ambit session show");
    var closed = plane.type("session", "close", id);
    assertThat(closed.exit()).as(closed.err()).isZero();
    assertThat(closed.out()).contains("CLOSED");
    assertThat(plane.type("session", "watch", id).out()).contains("CLOSED");
    assertThat(plane.type("audit", "show", id).out()).isEqualTo("No calls.\n");
    var keys = plane.folder.resolve("keys-out");
    assertThat(plane.type("receipt", "keys", "--save", keys.toString()).exit()).isZero();
    try (var files = Files.list(keys)) {
      var verified =
          plane.type("receipt", "verify", id, "--key", files.toList().getFirst().toString());
      assertThat(verified.exit()).as(verified.err()).isZero();
      assertThat(verified.out()).startsWith("verified");
    }
  }

  @Test
  void aSessionThatIsSuspendedAndResumedAndWhoseContextChanges() {
    var id = plane.open();
    var suspended = plane.type("session", "suspend", id, "--why", "it looks odd");
    assertThat(suspended.exit()).as(suspended.err()).isZero();
    assertThat(suspended.out())
        .contains("state       SUSPENDED (requested: by bootstrap: it looks odd)");
    assertThat(plane.type("session", "list", "--state", "suspended").out()).contains(id);
    assertThat(plane.type("status").out()).contains(" suspended, ");
    refused(1, "state: SUSPENDED (expected: ACTIVE)", "session", "extend", id, "--ttl", "20m");
    var resumed = plane.type("session", "resume", id, "--why", "it is fine");
    assertThat(resumed.exit()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("state       ACTIVE\n");
    var night = plane.type("session", "context", id, "shift=night");
    assertThat(night.exit()).as(night.err()).isZero();
    assertThat(night.out()).contains("context     shift=night\n", "state       ACTIVE\n");
    var changed = plane.type("session", "context", id, "case_state=closed", "shift=");
    assertThat(changed.out())
        .contains(
            "state       SUSPENDED (context_changed: context changed: case_state)",
            "context     case_state=closed\n");
    assertThat(plane.type("audit", "show", id).out())
        .contains(
            "by bootstrap: it looks odd",
            "by bootstrap: it is fine",
            "update_context",
            "by the control plane: context changed: case_state");
    assertThat(plane.type("session", "close", id).out()).contains("CLOSED");
    refused(1, "state: CLOSED (expected: ACTIVE or SUSPENDED)", "session", "suspend", id);
    refused(1, "state: CLOSED (expected: SUSPENDED or ACTIVE)", "session", "resume", id);
  }

  @Test
  void everyListingComesAsTableJsonAndYaml() {
    plane.open();
    for (var words :
        List.of(
            List.of("status"),
            List.of("session", "list"),
            List.of("audit", "verify"),
            List.of("receipt", "keys"))) {
      var texts = new ArrayList<String>();
      for (var format : List.of("table", "json", "yaml")) {
        var typed = plane.type(with(words, "-o", format));
        assertThat(typed.exit()).as(words + typed.err()).isZero();
        assertThat(typed.err()).isEmpty();
        texts.add(typed.out());
      }
      assertThat(texts.get(1)).startsWith("{").endsWith("}\n");
      assertThat(texts).doesNotHaveDuplicates().allMatch(text -> !text.contains("\u001b"));
    }
  }

  @Test
  void saysWhatTheControlPlaneHasToLookAfter() throws Exception {
    var healthy = plane.type("status");
    assertThat(healthy.exit()).as(healthy.err()).isZero();
    assertThat(healthy.out()).contains("control plane  spiffe://example.org/control");
    var broken = Files.writeString(plane.resources.resolve("bad.yaml"), "kind: Nonsense\n");
    try {
      var sick = until(1);
      assertThat(sick.out()).contains("(stale)", "bad.yaml", "kind");
      assertThat(sick.err())
          .startsWith("ambit: status: the folder of resources holds a broken set");
    } finally {
      Files.delete(broken);
    }
    until(0);
  }

  @Test
  void saysNoInOneSentenceThatNamesTheField() {
    var id = plane.open();
    assertThat(plane.type("session", "close", id).exit()).isZero();
    refused(3, "session list", "session", "show", NOBODY);
    refused(3, "session list", "session", "show", "../../etc/passwd");
    refused(3, "session list", "session", "watch", "\u001b[31m");
    refused(1, "state: CLOSED (expected: ACTIVE)", "session", "extend", id, "--ttl", "20m");
    refused(1, "template: nothing", "session", "open", "-t", "nothing", "-w", RealPlane.AGENT);
    refused(1, "parameters.item", "session", "open", "-t", "solo", "-w", RealPlane.AGENT);
    refused(
        1,
        "parameters.item",
        "session",
        "open",
        "-t",
        "solo",
        "-w",
        RealPlane.AGENT,
        "-p",
        "item=1/2");
    refused(
        1,
        "parameters.extra",
        "session",
        "open",
        "-t",
        "solo",
        "-w",
        RealPlane.AGENT,
        "-p",
        "item=1",
        "-p",
        "extra=2");
    refused(1, "workload.spiffe_id", "session", "open", "-t", "solo", "-w", "me", "-p", "item=1");
    refused(
        1,
        "ttl",
        "session",
        "open",
        "-t",
        "solo",
        "-w",
        RealPlane.AGENT,
        "--ttl",
        "11m",
        "-p",
        "item=1");
    refused(4, "template: foreign", "session", "open", "-t", "foreign", "-w", RealPlane.AGENT);
    refused(1, "ttl", "session", "extend", plane.open(), "--ttl", "2h");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void sendsWhoTypesWronglyToTheHelp(List<String> words) {
    refused(2, "--help", with(words, "--no-such-option"));
    refused(2, "--help", with(words, "-o", "xml"));
    refused(2, "--help", with(words, "one", "two", "three"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysThatTheAccessFolderIsMissing(List<String> words) {
    var typed = plane.typeWith(Path.of("/nowhere"), with(words));
    sentence(typed, 64, "/nowhere/server cannot be read", "AMBIT_ACCESS", "ambit dev up");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysThatNobodyListens(List<String> words) throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var other = plane.accessWith("server", "127.0.0.1:" + port + "\n");
    var typed = plane.typeWith(other, with(words));
    sentence(typed, 4, "Connection refused", "is the control plane running", "--access");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysThatTheServerIsAnother(List<String> words) throws IOException {
    var other = plane.accessWith("id", "spiffe://example.org/other\n");
    sentence(plane.typeWith(other, with(words)), 4, "spiffe://example.org/control", "--access");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysThatTheServersAuthorityIsAnother(List<String> words) throws IOException {
    String pem;
    try (var stranger = DevelopmentAuthority.start("example.org")) {
      pem = Pem.certificates(List.of(stranger.certificate()));
    }
    var other = plane.accessWith("bundle.pem", pem);
    sentence(plane.typeWith(other, with(words)), 4, "server: ", "--access");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysThatTheTokenIsWrong(List<String> words) throws IOException {
    var other = plane.accessWith("token", "wrong\n");
    sentence(plane.typeWith(other, with(words)), 4, "wrong token", "--access");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysWhichFileOfTheAccessFolderIsUnusable(List<String> words) throws IOException {
    for (var file : List.of("server", "bundle.pem")) {
      var other = plane.accessWith(file, "\u0000nonsense\n");
      sentence(plane.typeWith(other, with(words)), 64, file, "expected: ");
    }
    var torn = plane.accessWith("token", "two\nlines\n");
    sentence(plane.typeWith(torn, with(words)), 64, "token", "expected: ");
  }

  private static Typed until(int exit) throws InterruptedException {
    var end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      var typed = plane.type("status");
      if (typed.exit() == exit) {
        return typed;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(typed);
      }
      Thread.sleep(50);
    }
  }

  private static void refused(int exit, String part, String... words) {
    sentence(plane.type(words), exit, part);
  }

  private static void sentence(Typed typed, int exit, String... parts) {
    assertThat(typed.exit()).as(typed.toString()).isEqualTo(exit);
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err())
        .startsWith("ambit: ")
        .contains(parts)
        .doesNotContain("Exception", "\tat ", "\u001b");
    assertThat(typed.err().lines().count()).isLessThanOrEqualTo(4);
  }

  private static String[] with(List<String> words, String... more) {
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }
}
