package dev.ambit.e2e.agents;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.e2e.clients.Tools;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ambit session run` around commands that know nothing of it.
class SessionRunTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private WholeSet set;

  @BeforeEach
  void start() throws IOException {
    set = WholeSet.start();
  }

  @AfterEach
  void stop() {
    set.close();
  }

  @Test
  void runsAnUnmodifiedScriptInASessionOfItsOwn() throws Exception {
    set.keepAs(folder.resolve("state"));
    var marker = UUID.randomUUID().toString();

    var ran =
        ambit(
            "session",
            "run",
            "--template",
            WholeSet.TEMPLATE,
            "--",
            Tools.python(),
            Tools.file("python/report.py"),
            set.peers().api("/v1/items/1"),
            set.peers().api("/v1/secrets?marker=" + marker));

    assertThat(ran.out()).as(ran.err()).isEqualTo("200 OK\n403 Path not granted\n");
    assertThat(ran.exit()).isEqualTo(5);
    assertThat(ran.err())
        .contains("closed (completed): 1 call permitted, 1 denied", "receipt: ambit receipt show ");
    var requests = set.upstream().since(0, "request");
    assertThat(requests).extracting(entry -> entry.text("path")).containsExactly("/v1/items/1");
    assertDead(requests.getFirst());
    assertThat(running(marker)).isZero();
  }

  @Test
  void closesTheSessionWhenItIsToldToStop() throws Exception {
    set.keepAs(folder.resolve("state"));
    var marker = UUID.randomUUID().toString();
    var run =
        start(
            "session",
            "run",
            "--template",
            WholeSet.TEMPLATE,
            "--",
            "sh",
            "-c",
            "curl -sS " + set.peers().api("/v1/items/1") + "; exec sleep 600 # " + marker);
    try {
      await(() -> !set.upstream().since(0, "answer").isEmpty());
      run.destroy();
      assertThat(run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

      assertThat(err()).contains("closed (completed): 1 call permitted, 0 denied");
      assertDead(set.upstream().since(0, "request").getFirst());
      assertThat(running(marker)).isZero();
    } finally {
      end(run);
    }
  }

  /// Nothing can be said or closed any more, but the way out must not stay open.
  @Test
  void leavesNoProxyBehindWhenItIsKilled() throws Exception {
    var plan = set.set().plan();
    var run =
        start(
            "session",
            "run",
            "--access",
            plan.access().toString(),
            "--spiffe-socket",
            plan.folder().resolve("agent.sock").toString(),
            "--template",
            WholeSet.TEMPLATE,
            "--",
            "sleep",
            "600");
    var children = java.util.List.<ProcessHandle>of();
    try {
      await(() ->
          run.descendants().anyMatch(child -> commandLine(child).matches("(\\S*/)?sleep 600")));
      children = run.descendants().toList();
      var proxy =
          children.stream()
              .filter(child -> commandLine(child).contains("dev.ambit.proxy.ProxyMain"))
              .findFirst()
              .orElseThrow();

      run.destroyForcibly();

      await(() -> !proxy.isAlive());
    } finally {
      end(run);
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private void assertDead(Entry request) throws IOException, InterruptedException {
    var token = Thief.token(request);
    assertThat(token).isNotEmpty();
    try (var thief = new Thief(set.peers())) {
      assertThat(thief.active(token)).isFalse();
      assertThat(thief.replay(token)).isEqualTo(401);
    }
  }

  private Ran ambit(String... words) throws IOException, InterruptedException {
    return Ran.run(variables(), Ran.ambit(words));
  }

  private Process start(String... words) throws IOException {
    return Ran.start(variables(), folder.resolve("out"), folder.resolve("err"), Ran.ambit(words));
  }

  private Map<String, String> variables() {
    return Map.of("AMBIT_DEV_STATE", folder.resolve("state").toString());
  }

  private String err() throws IOException {
    return Files.readString(folder.resolve("err"));
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /// Processes with these words in their command line.
  private static long running(String marker) {
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process).contains(marker))
        .count();
  }

  /// Whole: what Java itself says of a command line ends after 4 KiB.
  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"), ISO_8859_1)
          .replace('\0', ' ')
          .strip();
    } catch (IOException _) {
      return ""; // it is gone
    }
  }

  private void await(BooleanSupplier wanted) throws IOException, InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!wanted.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time; stderr: %s", err()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
