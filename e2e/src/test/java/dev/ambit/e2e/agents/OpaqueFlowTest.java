package dev.ambit.e2e.agents;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.e2e.spire.Neighbours;
import dev.ambit.e2e.spire.PodTest;
import dev.ambit.e2e.spire.Site;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// In a pod, programs that know of no proxy speak a protocol that nobody reads, and TLS that nobody
/// ends: both go where their name leads and the envelope lets them, and end with the session.
class OpaqueFlowTest extends PodTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String RESOURCES =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: database }
      spec:
        hosts: [DATABASE]
        ports: [DATABASE_PORT]
        protocol: tcp
        addresses: { cidrs: ["ADDRESS/32"] }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: pinned }
      spec:
        hosts: [PINNED]
        ports: [PINNED_PORT]
        protocol: tls
        addresses: { cidrs: ["ADDRESS/32"] }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: opaque }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 10m, maxTtl: 1h, idle: 5m, calls: 3 }
        grants:
          - { name: query, target: database }
          - { name: pinned, target: pinned, budget: { calls: 2 } }
      """;

  /// Says a line where the upstream has greeted, and what is answered.
  private static final String SAY =
      """
      exec 3<>"/dev/tcp/$1/$2" || exit 7
      IFS= read -r -u 3 greeting || exit 8
      printf '%s\\n' "$greeting"
      printf '%s\\n' "$3" >&3
      IFS= read -r -u 3 answer || exit 9
      printf '%s\\n' "$answer"
      """;

  /// Listens until there is nothing more to hear.
  private static final String LISTEN =
      """
      exec 3<>"/dev/tcp/$1/$2" || exit 7
      cat <&3
      echo "it is over"
      """;

  private FirstSpeaker database;
  private HttpsPeer pinned;
  private Path roots;
  private Path scratch;
  private Site site;
  private User agent;
  private String session;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    var outside = pod.network().outside();
    var address = InetAddress.getByName(outside.address());
    database = outside.inside(() -> new FirstSpeaker(address));
    closing.add(database::close);
    database.serve();
    pinned =
        outside.inside(() ->
            new HttpsPeer(address)
                .with(
                    "/",
                    exchange -> {
                      try (exchange) {
                        var said = "seen by nobody".getBytes(US_ASCII);
                        exchange.sendResponseHeaders(200, said.length);
                        exchange.getResponseBody().write(said);
                      }
                    }));
    closing.add(pinned::close);
    site = openSite(folder, resources(outside.address()));
    scratch = site.scratch("opaque");
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofDays(1));
    var authority = CertificateAuthority.create("Its own", validity);
    roots = scratch.resolve("own.pem");
    Files.writeString(roots, Pem.certificates(List.of(authority.certificate())));
    var served =
        ServerCertificate.issue(
            authority, validity, folder, "pinned", new SubjectName.Dns(Neighbours.PINNED));
    pinned.serve(served.certificate(), served.key());
    agent = site.unaware();
  }

  private String resources(String address) {
    return RESOURCES
        .replace("DATABASE_PORT", Integer.toString(database.port()))
        .replace("DATABASE", Neighbours.DATABASE)
        .replace("PINNED_PORT", Integer.toString(pinned.port()))
        .replace("PINNED", Neighbours.PINNED)
        .replace("ADDRESS", address)
        .replace("REPORTER", Site.REPORTER);
  }

  @BeforeEach
  void openSession() throws IOException {
    session = site.openSession("opaque");
  }

  @AfterEach
  void closeSession() throws IOException {
    assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
  }

  @Test
  void aProtocolInWhichTheUpstreamSpeaksFirstGoesWhereItsNameLeads() throws Exception {
    var asked = site.neighbours().lookups();
    assertThat(agent.run("getent", "ahostsv4", Neighbours.DATABASE).done()).startsWith("198.19.");
    assertThat(agent.run("getent", "ahostsv6", Neighbours.DATABASE).done()).startsWith("fdc9:");
    assertThat(site.neighbours().lookups()).isEqualTo(asked);

    assertThat(say(Neighbours.DATABASE, database.port(), "select 1").done())
        .isEqualTo(FirstSpeaker.GREETING + "\nyou said select 1\n");
    assertThat(database.heard()).contains("select 1");

    var where = "tcp://" + Neighbours.DATABASE + ":" + database.port();
    Await.until("its end is recorded", () -> trail().contains("closed, 9 bytes out, 28 in"));
    assertThat(trail()).containsPattern("permit +query +opaque +" + where);
  }

  @Test
  void anAddressThatStandsForNothingAndAPortThatNoTargetHasLeadNowhere() throws Exception {
    var before = database.heard();
    assertThat(agent.run("getent", "ahostsv4", Neighbours.DATABASE).done()).isNotEmpty();
    assertThat(say("198.19.9.9", database.port(), "x").exit()).isNotZero();
    assertThat(say(Neighbours.DATABASE, pinned.port(), "x").exit()).isNotZero();
    // Its real address is no way round: nobody there says whom it is to be.
    assertThat(
            agent
                .run("timeout", "3", "bash", "-c", LISTEN, "bash", address(), port(database.port()))
                .out())
        .doesNotContain(FirstSpeaker.GREETING);
    assertThat(database.heard()).isEqualTo(before);
    assertThat(trail()).contains("target_unknown");
  }

  @Test
  void nobodyEndsTlsThatIsPassedThrough() throws Exception {
    var shaken = shake("-servername", Neighbours.PINNED, "-CAfile", roots.toString());
    assertThat(shaken.exit()).isZero();
    assertThat(shaken.err()).contains("Verification: OK");

    var where = "https://" + Neighbours.PINNED + ":" + pinned.port() + "/";
    assertThat(agent.run("curl", "-sS", "-m", "20", "--cacert", roots.toString(), where).done())
        .isEqualTo("seen by nobody");
    Await.until("recorded", () -> trail().contains("tls://" + Neighbours.PINNED));

    // Two connections are two calls of the budget.
    var third = agent.run("curl", "-sS", "-m", "20", "--cacert", roots.toString(), where);
    assertThat(third.exit()).isNotZero();
    assertThat(third.err()).contains("alert access denied");
    Await.until("denied", () -> trail().contains("budget_exhausted"));
  }

  @Test
  void tlsWithoutItsTargetsServerNameDoesNotPass() throws Exception {
    var nameless = shake("-noservername", "-CAfile", roots.toString());
    assertThat(nameless.exit()).isNotZero();
    assertThat(nameless.err()).contains("unrecognized name");
    var other = shake("-servername", "evil.test", "-CAfile", roots.toString());
    assertThat(other.exit()).isNotZero();
    assertThat(other.err()).contains("unrecognized name");
  }

  @Test
  void theEndOfTheSessionIsTheEndOfTheConnection() throws Exception {
    var before = database.ended();
    try (var listening =
        agent.start(
            "listening",
            scratch,
            List.of("bash", "-c", LISTEN, "bash", Neighbours.DATABASE, port(database.port())))) {
      listening.awaitOut(FirstSpeaker.GREETING, PATIENCE);
      assertThat(site.ambit("session", "close", session, "-o", "json")).contains("CLOSED");
      listening.awaitOut("it is over", Duration.ofSeconds(1));
    }
    Await.until("the upstream is let go", () -> database.ended() == before + 1);
    assertThat(trail()).contains("cut by session_ended");
    assertThat(site.ambit("receipt", "show", session)).contains("1 permitted, 0 denied");
    assertThat(say(Neighbours.DATABASE, database.port(), "x").exit()).isNotZero();
  }

  private Ran say(String host, int port, String line) {
    return agent.run("timeout", "20", "bash", "-c", SAY, "bash", host, port(port), line);
  }

  private Ran shake(String... words) {
    var command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_client",
                "-brief",
                "-verify_return_error",
                "-connect",
                Neighbours.PINNED + ":" + pinned.port()));
    command.addAll(List.of(words));
    return agent.run(command);
  }

  private String trail() {
    try {
      return site.ambit("audit", "show", session);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  private String address() throws IOException {
    return agent.run("getent", "ahostsv4", Neighbours.PINNED).done().split(" ", 2)[0];
  }

  private static String port(int port) {
    return Integer.toString(port);
  }
}
