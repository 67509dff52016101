package dev.ambit.e2e.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Entry;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.Container.ExecResult;

/// The images as they are shipped, in a pod of containers: redirect first, then the proxy without a
/// capability, then an agent that knows of neither.
@TestInstance(Lifecycle.PER_CLASS)
class ContainerPodTest {
  private static final Duration RESTART_MAX = Duration.ofSeconds(60);

  private Engine engine;
  private Images images;
  private ContainerSite site;

  @BeforeAll
  void open(@TempDir Path folder, @TempDir Path said) throws Exception {
    engine = Engine.open();
    images = Images.build(engine, said);
    site = ContainerSite.open(folder, images);
  }

  @AfterAll
  void close() throws IOException {
    if (site != null) {
      site.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void plainCurlIsGrantedWithACredentialThatItNeverSeesAndNothingOutsideOfTheSession()
      throws Exception {
    var before = requests().size();
    var session = site.openSession();

    var granted = curl("-v", items());
    assertThat(granted.getStdout()).contains("quarterly figures").endsWith("\n200");
    assertThat(requests()).hasSize(before + 1);
    assertThat(requests().getLast().facts().toString()).contains("Bearer ");
    assertThat(granted.getStdout() + granted.getStderr()).doesNotContainIgnoringCase("bearer");

    var denied = curl("-X", "DELETE", items());
    assertThat(denied.getStdout())
        .contains("\"type\":\"urn:ambit:denial:method_not_granted\"")
        .endsWith("\n403");
    assertThat(requests()).hasSize(before + 1);

    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
    assertThat(curl(items()).getExitCode()).isNotZero();
    assertThat(requests()).hasSize(before + 1);
    assertThat(site.ambit("receipt", "show", session, "-o", "json")).contains("DEAD_PROVEN");
  }

  @Test
  void theRedirectEndsWellAndFailsLoudlyWhereItMayNot() {
    assertThat(site.redirect().getCurrentContainerInfo().getState().getExitCodeLong()).isZero();
    var refused =
        engine.docker(
            "run",
            "--rm",
            "--network",
            "container:" + site.pod().inside().getContainerId(),
            "--cap-drop",
            "ALL",
            Images.REDIRECT);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("nft: not permitted (expected: CAP_NET_ADMIN");
  }

  @Test
  void theProxyRunsAsItsUserWithoutACapabilityAndCannotWriteToItsRoot() throws IOException {
    var status = Files.readString(Path.of("/proc/" + site.proxy().process() + "/status"));
    assertThat(status)
        .containsPattern("Uid:\t2112\t2112\t2112\t2112")
        .containsPattern("CapPrm:\t0+\n")
        .containsPattern("CapEff:\t0+\n")
        .containsPattern("CapBnd:\t0+\n")
        .containsPattern("NoNewPrivs:\t1");
    var mounts = Files.readString(Path.of("/proc/" + site.proxy().process() + "/mounts"));
    assertThat(mounts.lines().findFirst().orElseThrow()).startsWith("overlay / overlay ro,");
  }

  @Test
  void noImageHasAShell(@TempDir Path folder) {
    for (var image : Images.ALL) {
      var container = engine.docker("create", image).done().strip();
      var tar = folder.resolve("image.tar").toString();
      engine.docker("export", "--output", tar, container).done();
      engine.docker("rm", container).done();
      assertThat(User.ROOT.run("tar", "tf", tar).done().lines())
          .as(image)
          .contains("usr/share/sbom/system.cdx.json")
          .noneMatch(name -> name.matches(".*/(ba|da|a|z|k)?sh|.*/(busybox|perl|python3?|env)"));
    }
  }

  @Test
  void whileTheProxyIsDownNothingLeavesAndTheNextOneKeepsTheAuthority() throws Exception {
    var session = site.openSession();
    assertThat(curl(items()).getStdout()).endsWith("\n200");
    var trusted = Files.readString(site.trust().resolve("ca.pem"));
    var key = Files.readAllBytes(site.memory().resolve("ca.key"));

    site.proxy().killNow();
    Await.until("the proxy is down", () -> !site.proxy().isRunning());
    var arrived = site.pod().recorder().arrived();
    assertThat(curl("-m", "3", items()).getExitCode()).isNotZero();
    assertThat(
            curl("-m", "3", "http://" + site.pod().network().outside().address() + "/")
                .getExitCode())
        .isNotZero();
    assertThat(site.pod().recorder().arrived()).isEqualTo(arrived);

    site.proxy().startAgain();
    Await.until(
        "it is ready again", RESTART_MAX, () -> site.proxy().said(ContainerSite.READY) == 2);
    Await.until("it judges again", RESTART_MAX, () -> answers(items()));
    assertThat(site.trust().resolve("ca.pem")).hasContent(trusted);
    assertThat(site.memory().resolve("ca.key")).hasBinaryContent(key);
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
  }

  @Test
  void everyImageSaysWhatItIsAndWhoRunsIt() {
    var format =
        "user={{.Config.User}}{{range $name, $value := .Config.Labels}} {{$name}}={{$value}}{{end}}";
    var users = List.of("65534:65534", "2113:2113", "2112:2112");
    for (var image : Images.ALL) {
      var said = engine.docker("image", "inspect", "--format", format, image).done();
      assertThat(said)
          .startsWith("user=" + users.get(Images.ALL.indexOf(image)) + " ")
          .contains("image.title=" + image.split(":", 2)[0] + " ")
          .contains("image.licenses=Apache-2.0 ")
          .containsPattern("image.description=[A-Z]")
          .containsPattern("image.version=[0-9]+[.]")
          .containsPattern("image.revision=[0-9a-f]{40}");
    }
  }

  @Test
  void theSameSourceMakesTheSameLayers() {
    var built = images.built("--twice");
    assertThat(built.exit()).as(built.err()).isZero();
    assertThat(built.err())
        .contains("ambit-redirect: the same 1 layers")
        .contains("ambit-control-plane: the same 2 layers")
        .contains("ambit-proxy: the same 3 layers");
  }

  private boolean answers(String url) {
    try {
      return curl(url).getStdout().endsWith("\n200");
    } catch (IOException | InterruptedException broken) {
      throw new AssertionError(broken);
    }
  }

  private ExecResult curl(String... words) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-sS", "-m", "20", "-w", "\n%{http_code}"));
    command.addAll(List.of(words));
    return site.agent(command.toArray(String[]::new));
  }

  private String items() {
    return site.neighbours().api("/v1/items");
  }

  /// What reached the upstream so far.
  private List<Entry> requests() {
    return site.neighbours().upstreamRecord().stream()
        .filter(entry -> entry.is("request"))
        .toList();
  }
}
