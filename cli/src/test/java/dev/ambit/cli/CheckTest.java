package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// One green or red verdict about a real control plane, and for each finding what to do.
class CheckTest {
  private static RealPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = new RealPlane();
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
  }

  @Test
  void isGreenWhenNothingIsWrong() {
    var green = plane.type("check");
    assertThat(green.exit()).as(green.toString()).isZero();
    assertThat(green.err()).isEmpty();
    assertThat(green.out())
        .contains(
            "access         ok       " + plane.access + ": server 127.0.0.1:",
            "control plane  ok       spiffe://example.org/control answers",
            "resources      ok       fresh, digest ",
            "store          ok       ",
            "closures       ok       0 under way, none overdue",
            "audit          ok       ",
            "proxies        note     no proxy is attached")
        .endsWith("green: nothing is wrong\n");
    var json = plane.type("check", "-o", "json");
    assertThat(json.exit()).isZero();
    assertThat(json.out()).startsWith("{\n  \"verdict\" : \"green\"");
    assertThat(plane.type("check", "-o", "yaml").out()).startsWith("verdict: green\n");
  }

  @Test
  void isRedWhileTheResourcesAreBrokenAndTellsEachFinding() throws Exception {
    var broken = Files.writeString(plane.resources.resolve("bad.yaml"), "kind: Nonsense\n");
    try {
      var red = until(1);
      assertThat(red.out())
          .contains("the folder of resources holds a broken set", "bad.yaml:1: ", "kind: Nonsense")
          .contains("resources: try it with: ambit envelope lint DIR")
          .containsPattern("red: [0-9]+ things are wrong\n$");
    } finally {
      Files.delete(broken);
    }
    var _ = until(0);
  }

  @Test
  void isRedAndSaysWhyWhereTheControlPlaneCannotBeReachedOrBelieved() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    red(
        plane.accessWith("server", "127.0.0.1:" + port + "\n"),
        "control plane",
        "Connection refused");
    red(
        plane.accessWith("id", "spiffe://example.org/other\n"),
        "control plane",
        "[spiffe://example.org/control] (expected: [spiffe://example.org/other]");
    red(plane.accessWith("token", "wrong\n"), "control plane", "wrong token");
    red(plane.accessWith("bundle.pem", "nonsense\n"), "access", "bundle.pem");
    red(Path.of("/nowhere"), "access", "/nowhere/server cannot be read");
  }

  @Test
  void sendsWhoNamesAServerWithoutItsAuthoritiesToTheHelp() {
    var wrong = plane.type("check", "--server", "localhost:1");
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.err()).contains("--server: needs --ca FILE and --token-file FILE");
  }

  private static void red(Path access, String check, String why) {
    var red = plane.typeWith(access, "check");
    assertThat(red.exit()).as(red.toString()).isEqualTo(1);
    assertThat(red.out())
        .contains(why, check + ": nothing else can be looked at before")
        .endsWith("red: 1 thing is wrong\n");
    assertThat(red.err()).isEmpty();
  }

  private static Typed until(int exit) throws InterruptedException {
    var end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      var typed = plane.type("check");
      if (typed.exit() == exit) {
        return typed;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(typed);
      }
      Thread.sleep(50);
    }
  }
}
