package dev.ambit.e2e.spire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Entry;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An agent that knows of no proxy, in a pod: it resolves names and connects as anywhere else, and
/// every call of it is judged. The proxy runs as its own user without a capability, with an
/// identity from a real SPIRE.
class TransparentFlowTest extends PodTest {
  private Site site;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    site = openSite(folder, "");
  }

  @Test
  void anOrdinaryCallIsJudgedAndGetsACredentialItNeverSees() throws Exception {
    var arrived = site.neighbours().upstreamRecord().size();
    var session = site.openSession("report");

    assertThat(curl(site.neighbours().api("/v1/items")))
        .contains("quarterly figures")
        .endsWith("\n200");
    assertThat(requests(arrived)).hasSize(1);
    assertThat(requests(arrived).getFirst().facts().toString()).contains("Bearer ");

    assertThat(curl("-X", "DELETE", site.neighbours().api("/v1/items/1")))
        .contains("\"reason\":\"method_not_granted\"")
        .endsWith("\n403");
    assertThat(requests(arrived)).hasSize(1);

    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
    var after = site.unaware().run("curl", "-sS", "-m", "20", site.neighbours().api("/v1/items"));
    assertThat(after.exit()).isNotZero();
    assertThat(requests(arrived)).hasSize(1);
  }

  @Test
  void aNameThatNoSessionHoldsDoesNotExistAndIsAskedOfNobody() throws Exception {
    var session = site.openSession("report");
    var known = resolve(Neighbours.API);
    assertThat(known).contains(pod.network().outside().address());
    var asked = site.neighbours().lookups();

    assertThat(resolve("secret.evil.test")).isEmpty();
    assertThat(resolve(Neighbours.ISSUER)).isEmpty();
    assertThat(site.neighbours().lookups()).isEqualTo(asked);

    // Who knows the address all the same is told nothing by TLS, and nothing arrives.
    var arrived = site.neighbours().upstreamRecord().size();
    var direct =
        site.unaware()
            .run(
                "curl",
                "-sS",
                "-m",
                "20",
                "--resolve",
                "evil.test:"
                    + site.neighbours().upstreamPort()
                    + ":"
                    + pod.network().outside().address(),
                "https://evil.test:" + site.neighbours().upstreamPort() + "/");
    assertThat(direct.exit()).isNotZero();
    assertThat(direct.err()).contains("unrecognized name");
    assertThat(requests(arrived)).isEmpty();
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
  }

  @Test
  void jobsThatShareThePodAreToldApartByTheirHandlesAndAConnectionKeepsToItsFirst()
      throws Exception {
    var one = openShared(1);
    var other = openShared(2);
    var arrived = site.neighbours().upstreamRecord().size();
    var items = site.neighbours().api("/v1/items");

    assertThat(curl("-H", one.header(), items)).endsWith("\n200");
    assertThat(curl("-H", other.header(), items)).endsWith("\n200");
    assertThat(curl(items)).contains("\"reason\":\"no_session\"").endsWith("\n403");
    assertThat(curl("-H", "Ambit-Session: " + "A".repeat(43), items))
        .contains("\"reason\":\"session_ambiguous\"")
        .endsWith("\n403");
    assertThat(requests(arrived)).hasSize(2);
    assertThat(requests(arrived).toString()).doesNotContain(one.handle(), other.handle());

    var onOneConnection =
        curl(
            "-H",
            one.header(),
            items,
            "--next",
            "-sS",
            "-w",
            "\n%{num_connects} %{http_code}",
            "-H",
            other.header(),
            items);
    assertThat(onOneConnection)
        .contains("\n200")
        .contains("\"reason\":\"session_ambiguous\"")
        .endsWith("\n0 403");
    assertThat(requests(arrived)).hasSize(3);

    assertThat(site.ambit("session", "close", one.id(), "-o", "json")).contains("CLOSED");
    assertThat(curl("-H", one.header(), items)).endsWith("\n403");
    assertThat(curl("-H", other.header(), items)).endsWith("\n200");
    assertThat(site.ambit("session", "close", other.id(), "-o", "json")).contains("CLOSED");
  }

  /// One of the sessions that share the pod.
  private record Shared(String id, String handle) {
    String header() {
      return "Ambit-Session: " + handle;
    }
  }

  /// Opens one, and waits until so many are in force.
  private Shared openShared(int inForce) throws IOException {
    var opened = site.ambit("session", "open", "-t", "shared", "-w", Site.REPORTER, "-o", "json");
    var told =
        Pattern.compile("(?s)\"id\" : \"([^\"]+)\".*\"handle\" : \"([^\"]+)\"").matcher(opened);
    assertThat(told.find()).as(opened).isTrue();
    Await.until("in force", () -> site.metric("ambit_active_sessions") == inForce);
    return new Shared(told.group(1), told.group(2));
  }

  @Test
  void whoDialsTheListenerItselfIsClosed() {
    var direct =
        site.unaware().run("curl", "-sS", "-m", "10", "http://127.0.0.1:" + Pod.CAPTURE_PORT + "/");
    assertThat(direct.exit()).isNotZero();
    assertThat(direct.out()).isEmpty();
  }

  private String curl(String... words) {
    var command = new ArrayList<>(List.of("curl", "-sS", "-m", "20", "-w", "\n%{http_code}"));
    command.addAll(List.of(words));
    return site.unaware().run(command).done();
  }

  /// What the system's resolver says, as any program asks it.
  private String resolve(String name) {
    return User.of(site.unaware().uid())
        .in(pod.network().pod())
        .run("getent", "ahosts", name)
        .out();
  }

  private List<Entry> requests(int since) {
    var all = site.neighbours().upstreamRecord();
    return all.subList(since, all.size()).stream().filter(entry -> entry.is("request")).toList();
  }
}
