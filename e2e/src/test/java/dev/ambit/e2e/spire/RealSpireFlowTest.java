package dev.ambit.e2e.spire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Entry;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/// The main job with identities from a real SPIRE: real programs under the production rules, each a
/// user of its own, in a network of their own. What happened is read from the API's and the OAuth
/// server's own records.
@TestInstance(Lifecycle.PER_CLASS)
class RealSpireFlowTest {
  private static final String OWN_KEY = "a-key-of-the-agents-own";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Site site;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    site = Site.open(folder);
  }

  @AfterEach
  void reviveAgent() {
    site.spire().startAgentAgain();
  }

  @AfterAll
  void close() throws IOException {
    if (site != null) {
      site.close();
    }
  }

  @Test
  void anOrdinaryCallGetsACredentialThatDiesWithItsSession() throws Exception {
    site.ambit("receipt", "keys", "--save", site.scratch("pinned").toString());
    var issued = site.neighbours().issuerRecord().size();
    var arrived = site.neighbours().upstreamRecord().size();
    var session = site.openSession("report");

    var permitted = call("GET", "/v1/items");
    assertThat(permitted.status).isEqualTo("200");
    assertThat(permitted.body).contains("quarterly figures");
    var token = bearer(requests(arrived).getFirst());
    assertThat(token).isNotEmpty().isNotEqualTo(OWN_KEY);
    assertThat(permitted.body).doesNotContain(token);
    assertThat(about(issued, token).getFirst().event()).isEqualTo("issue");
    assertThat(about(issued, token).getFirst().text("client")).isEqualTo("ambit");

    var outOfScope = call("DELETE", "/v1/items/1");
    assertThat(outOfScope.status).isEqualTo("403");
    assertThat(outOfScope.body).contains("\"reason\":\"method_not_granted\"");
    assertThat(requests(arrived)).hasSize(1);

    var addressNobodyAllowed =
        curl(
            "GET", site.neighbours().api("/v1/items").replace(Neighbours.API, Neighbours.INTRANET));
    assertThat(addressNobodyAllowed.status).isEqualTo("403");
    assertThat(addressNobodyAllowed.body).contains("\"reason\":\"address_forbidden\"");
    assertThat(site.neighbours().lookups()).contains(Neighbours.INTRANET);
    assertThat(requests(arrived)).hasSize(1);

    for (var post = 0; post < SiteResources.POSTS; post++) {
      assertThat(call("POST", "/v1/items").status).isEqualTo("201");
    }
    var exhausted = call("POST", "/v1/items");
    assertThat(exhausted.status).isEqualTo("429");
    assertThat(exhausted.body).contains("\"reason\":\"budget_exhausted\"");
    assertThat(requests(arrived)).hasSize(1 + SiteResources.POSTS);

    // The token is good for whoever has it, until the session ends.
    assertThat(site.neighbours().present(token)).isEqualTo("200");
    assertThat(site.neighbours().active(token)).isTrue();
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
    assertThat(site.neighbours().present(token)).isEqualTo("401");
    assertThat(site.neighbours().active(token)).isFalse();
    assertThat(about(issued, token).stream().map(Entry::event)).contains("revoke");
    var closed = requests(arrived).size();
    assertThat(refused()).contains("response 403");
    assertThat(requests(arrived)).hasSize(closed);

    verifyReceipt(session, tokensIssued(issued).size());
  }

  @Test
  void sessionRunGetsItsIdentityFromSpire() throws Exception {
    var issued = site.neighbours().issuerRecord().size();
    var arrived = site.neighbours().upstreamRecord().size();
    var developer = site.developer();
    var ran =
        developer.run(
            site.ambitWords(
                "session",
                "run",
                "-t",
                "desk",
                "--spiffe-socket",
                site.spire().socket().toString(),
                "--",
                "sh",
                "-c",
                "curl -sS -o /dev/null -o /dev/null -w '%{http_code} ' $0/v1/items $0/private; exit 7",
                site.neighbours().api("")));
    assertThat(ran.out()).as(ran.err()).isEqualTo("200 403 ");
    assertThat(ran.exit()).isEqualTo(7);
    assertThat(ran.err())
        .contains("of " + Site.DEVELOPER, "1 call permitted, 1 denied", "proven dead")
        .doesNotContain("there may have been more");
    assertThat(requests(arrived)).hasSize(1);
    var token = bearer(requests(arrived).getFirst());
    assertThat(tokensIssued(issued)).containsExactly(Endpoints.digest(token));
    assertThat(site.neighbours().present(token)).isEqualTo("401");
  }

  @Test
  void noGrantedCallFailsWhileIdentitiesRotateAndTheAgentOfSpireDies() throws Exception {
    patrol(
        "identities",
        patrol -> {
          var expiries = new HashSet<Double>();
          awaitRotations(expiries, 3);
          var own = identities();

          site.spire().killAgent();
          awaitCalls(patrol);
          site.spire().startAgentAgain();
          awaitRotations(expiries, 4);
          Await.until("the control plane's next identity", PATIENCE, () -> identities() > own);
          awaitCalls(patrol);
        });
  }

  /// Two turns: the authority that vouches at the end was not there when the programs started, nor
  /// was the one before it there for whoever started in between.
  @Test
  void noGrantedCallFailsWhileTheAuthorityOfTheTrustDomainIsReplaced() throws Exception {
    patrol(
        "authorities",
        patrol -> {
          for (var turn = 1; turn <= 2; turn++) {
            site.replaceAuthority();
            awaitCalls(patrol);
            var user = User.of(61_020 + turn);
            site.spire()
                .create(
                    new SpireEntry(user, "spiffe://acme.test/agents/turn-" + turn, Site.SVID_LIFE));
            try (var late = site.startAnotherProxy("turn-" + turn, user, PATIENCE)) {
              late.awaitOut("(?m)^ready proxy=", PATIENCE);
            }
          }
        });
  }

  @Test
  void authorityEndsWithTheIdentityAndComesBackWithTheNextOne() throws Exception {
    var session = site.openSession("patrol");
    assertThat(call("GET", "/v1/items").status).isEqualTo("200");
    site.spire().killAgent();
    Await.until(
        "the end of the last identity",
        PATIENCE.plus(Site.SVID_LIFE),
        () -> site.metric("ambit_lease_remaining_seconds") == 0);
    var arrived = site.neighbours().upstreamRecord().size();
    assertThat(refused()).contains("response 503");
    assertThat(requests(arrived)).isEmpty();

    site.spire().startAgentAgain();
    Await.until(
        "the lease of the next identity",
        PATIENCE,
        () -> site.metric("ambit_lease_remaining_seconds") > 0);
    assertThat(call("GET", "/v1/items").status).isEqualTo("200");
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
  }

  @Test
  void aProxyWithoutAnEntrySaysWhatToDoAndStartsOnceItHasOne() throws Exception {
    var late = User.of(61_012);
    var proxy = site.startAnotherProxy("late", late, PATIENCE);
    proxy.awaitLog(noEntry(late), PATIENCE);
    assertThat(proxy.out()).isEmpty();

    site.spire().create(new SpireEntry(late, "spiffe://acme.test/agents/late", Site.SVID_LIFE));
    proxy.awaitOut("(?m)^ready proxy=", PATIENCE);
    proxy.close();
  }

  @Test
  void aControlPlaneWithoutAnEntryEndsAndSaysWhatToDo() throws Exception {
    var nobody = User.of(61_013);
    var controlPlane = site.startAnotherControlPlane("nobody", nobody);
    assertThat(controlPlane.awaitExit(PATIENCE)).isEqualTo(69);
    assertThat(controlPlane.log()).containsPattern(noEntry(nobody));
    assertThat(controlPlane.out()).isEmpty();
  }

  @Test
  void aProxyThatNeverGetsAnEntryEndsAndSaysWhatToDo() throws Exception {
    var never = User.of(61_011);
    var proxy = site.startAnotherProxy("never", never, Duration.ofSeconds(3));
    assertThat(proxy.awaitExit(PATIENCE)).isEqualTo(69);
    assertThat(proxy.log().lines().toList().getLast()).matches(noEntry(never));
    assertThat(proxy.out()).isEmpty();
  }

  @Test
  void programsWriteOneLineToStdoutAndOneLineForEachLogEntry() {
    for (var program : List.of(site.controlPlane(), site.proxy())) {
      assertThat(program.out().lines())
          .hasSizeLessThan(2)
          .allMatch(line -> line.startsWith("ready"));
      var log = program.log();
      var whole = log.substring(0, log.lastIndexOf('\n') + 1);
      assertThat(whole.lines())
          .isNotEmpty()
          .allMatch(line -> line.matches("20\\d\\d-\\S+Z (ERROR|WARN|INFO) .*"));
    }
  }

  @Test
  void theAgentItselfHasNoIdentity() throws Exception {
    var asked = site.spire().ask(site.agent(), "fetch", "x509");
    assertThat(asked.exit()).isNotZero();
    assertThat(asked.out() + asked.err()).contains("no identity issued");
  }

  /// What happens while an agent calls without a pause.
  private interface Meanwhile {
    void happens(Program patrol) throws Exception;
  }

  /// Lets an agent call without a pause; every call must be answered, and reach the API once.
  private void patrol(String name, Meanwhile meanwhile) throws Exception {
    var arrived = site.neighbours().upstreamRecord().size();
    var session = site.openSession("patrol");
    var scratch = site.scratch(name);
    var stop = scratch.resolve("stop");
    var patrol =
        site.agent()
            .start(
                "patrol",
                scratch,
                List.of(
                    "sh",
                    "-c",
                    "while [ ! -e \"$0\" ]; do curl -sS -m 10 -o /dev/null -w '%{http_code}\\n' \"$1\"; done",
                    stop.toString(),
                    site.neighbours().api("/v1/items")));
    try {
      patrol.awaitOut("200", PATIENCE);
      meanwhile.happens(patrol);
    } finally {
      Files.createFile(stop);
      patrol.awaitExit(PATIENCE);
    }
    // A connection that is new now meets the identities of now.
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
    assertThat(patrol.log()).isEmpty();
    assertThat(patrol.out().lines().distinct()).containsExactly("200");
    assertThat(requests(arrived)).hasSize(count(patrol));
  }

  private static void awaitCalls(Program patrol) {
    var before = count(patrol);
    Await.until("calls go on", PATIENCE, () -> count(patrol) > before + 20);
  }

  private static String noEntry(User user) {
    return "the SPIRE agent at unix:\\S+ has no entry for this process \\(uid "
        + user.uid()
        + "\\): register one, e\\.g\\. spire-server entry create .* -selector unix:uid:"
        + user.uid();
  }

  /// An answer as curl shows it.
  private record Answer(String status, String body) {}

  private Answer call(String method, String path) {
    return curl(method, site.neighbours().api(path));
  }

  /// What curl says when not even a tunnel is opened.
  private String refused() {
    var ran = site.agent().run("curl", "-sS", "-m", "20", site.neighbours().api("/v1/items"));
    assertThat(ran.exit()).isNotZero();
    return ran.err();
  }

  private Answer curl(String method, String url) {
    var out =
        site.agent()
            .run(
                "curl",
                "-sS",
                "-m",
                "20",
                "-X",
                method,
                "-H",
                "Authorization: Bearer " + OWN_KEY,
                "-w",
                "\n%{http_code}",
                url)
            .done();
    var last = out.lastIndexOf('\n');
    return new Answer(out.substring(last + 1), out.substring(0, last));
  }

  /// What reached the API since then.
  private List<Entry> requests(int since) {
    var all = site.neighbours().upstreamRecord();
    return all.subList(since, all.size()).stream().filter(entry -> entry.is("request")).toList();
  }

  private static String bearer(Entry request) {
    return request.facts().get("headers") instanceof Map<?, ?> headers
            && headers.get("authorization") instanceof String value
            && value.startsWith("Bearer ")
        ? value.substring("Bearer ".length())
        : "";
  }

  /// What the OAuth server recorded about a token since then.
  private List<Entry> about(int since, String token) {
    var all = site.neighbours().issuerRecord();
    return all.subList(since, all.size()).stream()
        .filter(entry -> entry.text("token").equals(Endpoints.digest(token)))
        .toList();
  }

  private Set<String> tokensIssued(int since) {
    var all = site.neighbours().issuerRecord();
    return all.subList(since, all.size()).stream()
        .filter(entry -> entry.is("issue"))
        .map(entry -> entry.text("token"))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Offline and as somebody who knows nothing but the key.
  private void verifyReceipt(String session, int credentials) throws IOException {
    var desk = site.scratch("auditor");
    var receipt = desk.resolve("receipt.json");
    site.ambit("receipt", "show", session, "--save", receipt.toString());
    var verified = verify(receipt);
    assertThat(verified.exit()).as(verified.err()).isZero();
    assertThat(verified.out()).contains("\"verified\" : true", session);
    assertThat(verified.out().split("DEAD_PROVEN", -1)).hasSize(credentials + 1);

    var text = Files.readString(receipt);
    Files.writeString(
        desk.resolve("changed.json"), text.replaceFirst("(\"payload\" ?: ?\"...)A?.", "$1B"));
    assertThat(Files.readString(desk.resolve("changed.json"))).isNotEqualTo(text);
    assertThat(verify(desk.resolve("changed.json")).exit()).isEqualTo(1);
  }

  private Ran verify(Path receipt) throws IOException {
    try (var keys = Files.list(site.scratch("pinned"))) {
      return User.of(61_005)
          .run(
              site.ambitWords(
                  "receipt",
                  "verify",
                  receipt.toString(),
                  "--key",
                  keys.findFirst().orElseThrow().toString(),
                  "-o",
                  "json"));
    }
  }

  private void awaitRotations(Set<Double> expiries, int wanted) {
    Await.until(
        wanted + " identities of the proxy",
        Duration.ofSeconds(60),
        () -> {
          expiries.add(site.metric("ambit_svid_expiry_timestamp_seconds"));
          return expiries.size() >= wanted;
        });
  }

  /// How many identities the control plane has had.
  private long identities() {
    return site.controlPlane()
        .log()
        .lines()
        .filter(line -> line.contains("identity Snapshot["))
        .count();
  }

  private static int count(Program patrol) {
    return (int) patrol.out().lines().count();
  }
}
