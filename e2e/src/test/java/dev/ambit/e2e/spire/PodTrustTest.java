package dev.ambit.e2e.spire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.MemoryFolder;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.proxy.trust.PodAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A pod's authority: its proxy's alone, the same for as long as the pod is there, and not a moment
/// longer. Agents read whom to trust once.
class PodTrustTest extends PodTest {
  /// A JVM remembers for ten seconds that a name was not found.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern ANSWER = Pattern.compile("(?m)^200$");
  private static final Pattern NO_ANSWER = Pattern.compile("(?m)^(?!200$).+$");

  private Path place;
  private Site site;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    place = folder;
    site = openSite(folder, "");
  }

  @Test
  void theKeyIsReadableForTheProxyAloneAndOnNoDisk() {
    var key = site.memory().resolve("ca.key").toString();
    var root = User.ROOT.in(pod.network().pod());
    assertThat(root.run("stat", "-c", "%u %a", key).done().strip())
        .isEqualTo(Pod.PROXY.uid() + " 400");
    assertThat(root.run("stat", "-f", "-c", "%T", key).done().strip()).isEqualTo("tmpfs");
    var agent = site.unaware().run("cat", key);
    assertThat(agent.exit()).isNotZero();
    assertThat(agent.err()).contains("Permission denied");
  }

  @Test
  void a183A184TheAgentFindsNoKeyAndCannotChangeWhomTheOthersTrust() throws Exception {
    var agent = site.unaware();
    assertThat(
            agent.run("grep", "-rlsI", "PRIVATE KEY", place.toString(), "/proc/self/environ").out())
        .isEmpty();
    var environment = "/proc/" + site.proxy().pid() + "/environ";
    assertThat(agent.run("cat", environment).err()).contains("Permission denied");

    var before = Files.readString(site.trust().own());
    for (var file : List.of(site.trust().own(), site.trust().bundle(), site.trust().javaStore())) {
      assertThat(agent.run("sh", "-c", "echo x >" + file).exit()).as("write %s", file).isNotZero();
      assertThat(agent.run("rm", "-f", file.toString()).exit()).as("remove %s", file).isNotZero();
    }
    assertThat(site.trust().own()).hasContent(before);
    // It vouches for servers alone, and for no other authority.
    assertThat(Pem.readCertificates(before)).allMatch(one -> one.getBasicConstraints() == 0);
  }

  @Test
  void whoReadTrustBeforeTheProxyWasKilledGoesOnWorkingWithTheNextOne() throws Exception {
    var session = site.openSession("report");
    var trusted = Files.readString(site.trust().own());
    var url = site.neighbours().api("/v1/items");
    var scratch = site.scratch("asking");
    var script =
        Files.copy(
            Programs.tree().resolve("e2e/clients/node/asking.js"), scratch.resolve("asking.js"));
    try (var node = start("node", scratch, List.of("node", script.toString(), url));
        var jvm = start("jvm", scratch, Programs.copied(AskingMain.class, scratch, url))) {
      var agents = List.of(node, jvm);
      agents.forEach(agent -> awaitNext(agent, ANSWER));

      site.proxy().kill();
      agents.forEach(agent -> awaitNext(agent, NO_ANSWER));
      // What was on its way has arrived by now, and nothing does from here on.
      var arrived = requests();
      agents.forEach(agent -> awaitNext(agent, NO_ANSWER));
      assertThat(requests()).isEqualTo(arrived);

      site.startProxyAgain();
      for (var agent : agents) {
        awaitNext(agent, ANSWER);
        // Whatever else went wrong while nobody was there, nobody was distrusted.
        assertThat(agent.out().toLowerCase(Locale.ROOT))
            .doesNotContain("cert", "verify", "pkix", "self_signed");
      }
    }
    assertThat(site.trust().own()).hasContent(trusted);
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
  }

  @Test
  void theAuthorityGoesWithItsPodAndTheNextPodHasItsOwn(@TempDir Path folder) throws Exception {
    var place = folder.resolve("private");
    var first = authorityIn(place);
    assertThat(place).isEmptyDirectory();
    Files.delete(place);
    assertThat(authorityIn(place).certificate()).isNotEqualTo(first.certificate());
  }

  private static PodAuthority authorityIn(Path place) throws IOException {
    try (var memory = MemoryFolder.open(place, User.ROOT)) {
      return PodAuthority.open(memory.path(), InstantSource.system());
    }
  }

  private Program start(String name, Path scratch, List<String> command) {
    return site.unaware().start(name, scratch, command);
  }

  /// Waits until it says that, from now on.
  private static void awaitNext(Program agent, Pattern line) {
    var said = agent.out().length();
    Await.until(line.pattern(), PATIENCE, () -> line.matcher(agent.out().substring(said)).find());
  }

  private long requests() {
    return site.neighbours().upstreamRecord().stream().filter(entry -> entry.is("request")).count();
  }
}
