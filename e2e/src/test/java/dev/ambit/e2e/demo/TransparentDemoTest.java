package dev.ambit.e2e.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.demo.Claim;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./ambit demo --transparent`, as a newcomer types it.
class TransparentDemoTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path home;
  private Path temporary;
  private String ambit;
  private User newcomer;

  @BeforeEach
  void open() throws IOException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    ambit = new Programs(home).launcher().toString();
    temporary = Files.createDirectory(home.resolve("tmp"));
    newcomer =
        User.ROOT
            .with("JAVA_HOME", System.getProperty("java.home"))
            .with("HOME", System.getProperty("user.home"))
            .with("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
  }

  @Test
  void everyClaimHoldsForAnAgentThatKnowsOfNoProxyAndNothingIsLeft() throws IOException {
    var ran = newcomer.run(ambit, "demo", "--transparent", "--json");
    assertThat(ran.exit()).as(ran.err()).isZero();
    var claims = claims(ran.out());
    assertThat(claims).extracting(claim -> claim.get("name")).isEqualTo(Claim.NAMES);
    assertThat(claims).allSatisfy(claim -> assertThat(claim).containsEntry("held", true));
    assertThat(ran.err())
        .contains("9 of 9 claims held")
        .contains("GET /v1/items the name does not exist");
    assertThat(temporary).isEmptyDirectory();
    Await.until("the end of every process", () -> running() == 0);
  }

  @Test
  void nothingIsLeftWhenItIsEndedInTheMiddle() throws IOException {
    try (var demo =
        newcomer.start("demo", home, List.of(ambit, "demo", "--transparent", "--json"))) {
      demo.awaitLog("reads /v1/stream", PATIENCE);
    }
    Await.until("the end of every process", () -> running() == 0);
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void nothingRunsOnWhenItIsKilledInTheMiddle() throws IOException {
    try (var demo =
        newcomer.start("demo", home, List.of(ambit, "demo", "--transparent", "--json"))) {
      demo.awaitLog("reads /v1/stream", PATIENCE);
      // The command, five children, the holders of two networks and the agent.
      assertThat(running()).isGreaterThanOrEqualTo(9);
      demo.kill();
    }
    Await.until("the end of every process", () -> running() == 0);
  }

  @Test
  void saysWhatIsMissingToWhoeverIsNotRoot() {
    var ran = User.of(61_003).with(newcomer.variables()).run(ambit, "demo", "--transparent");
    assertThat(ran.exit()).isEqualTo(64);
    assertThat(ran.err()).contains("demo --transparent needs:", "root: ");
  }

  /// Processes of the demo: each is told a path below its temporary folder, in words or variables.
  private long running() {
    return ProcessHandle.allProcesses().filter(this::isOfTheDemo).count();
  }

  private boolean isOfTheDemo(ProcessHandle process) {
    var facts = Path.of("/proc", Long.toString(process.pid()));
    try {
      return (Files.readString(facts.resolve("cmdline"), ISO_8859_1)
              + Files.readString(facts.resolve("environ"), ISO_8859_1))
          .contains(temporary.toString());
    } catch (IOException _) {
      return false; // It has ended.
    }
  }

  @SuppressWarnings("unchecked") // The form of the answer is what is tested.
  private static List<Map<String, Object>> claims(String json) {
    var answer =
        (Map<String, Object>) Json.read(json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    return (List<Map<String, Object>>) answer.getOrDefault("claims", List.of());
  }
}
