package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.run.ProxyHealth;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.clients.Reply;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.SuspendReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A session that is suspended, by a person or by its own drift, stops as if it had ended, and goes
/// on when its opener affirms it.
class SessionSuspendTest {
  private static final Duration CUT_MAX = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int EVENTS = 5;
  private static final String NERVOUS =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: nervous }
      spec:
        openers: [bootstrap]
        workloads: ["AGENT"]
        binding: identity
        limits: { ttl: 30m }
        suspendAfter: { denials: 5, within: 10m }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items"]
            credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
      """
          .replace("AGENT", EmbeddedSet.AGENT);

  @TempDir private Path folder;
  private WholeSet set;

  @BeforeEach
  void start() throws IOException {
    set = WholeSet.start(NERVOUS, Set.of());
  }

  @AfterEach
  void stop() {
    set.close();
  }

  @Test
  void cutsAtTheUpstreamWithinASecondRefusesMeanwhileAndWorksAgainAfterwards() throws Exception {
    var session = set.open();
    var out = folder.resolve("out");
    var reader =
        Ran.start(
            set.agentVariables(),
            out,
            folder.resolve("err"),
            Client.CURL.follow(set.agent(), set.peers().api("/v1/stream")));
    try (var thief = new Thief(set.peers())) {
      var request = await(entry -> entry.text("path").equals("/v1/stream"));
      awaitEvents(out);
      var token = Thief.token(request);

      ambit("session", "suspend", session.getId(), "--why", "it looks odd");

      var suspended = set.get(session);
      assertThat(suspended.getState()).isEqualTo(SessionState.SESSION_STATE_SUSPENDED);
      assertThat(suspended.getSuspendDetail()).isEqualTo("by bootstrap: it looks odd");
      var gone =
          await(entry ->
              entry.is("disconnected")
                  && entry.number("connection") == request.number("connection"));
      var took = Duration.between(at(suspended), gone.at());
      System.out.println("stream cut at the upstream " + took.toMillis() + " ms after the commit");
      assertThat(took).isLessThanOrEqualTo(CUT_MAX);
      assertThat(await(entry -> entry.is("stream_ended")).text("how")).isEqualTo("cut");
      assertThat(reader.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(reader.exitValue()).as("the answer is not whole").isPositive();
      assertThat(refused()).contains("403");
      // A pause is no end: the credential lives on, where the agent cannot reach it.
      assertThat(thief.active(token)).isTrue();

      ambit("session", "resume", session.getId(), "--why", "asked the team");

      awaitInForce(session);
      granted();
      var again = await(entry -> entry.text("path").equals("/v1/items"));
      assertThat(Thief.token(again)).isEqualTo(token);
      var _ = set.close(session);
      var _ = set.untilClosed(session);
      assertThat(thief.active(token)).isFalse();
    } finally {
      reader.destroyForcibly();
    }
  }

  @Test
  void stopsAnAgentThatKeepsTryingWhatIsNotGranted() throws Exception {
    var session = set.open("nervous");
    for (var i = 0; i < 4; i++) {
      assertThat(delete().status()).isEqualTo(403);
    }
    granted();
    assertThat(delete().status()).isEqualTo(403);
    var suspended = awaitSuspended(session);
    assertThat(suspended.getSuspendReason()).isEqualTo(SuspendReason.SUSPEND_REASON_DENIALS);
    assertThat(suspended.getSuspendDetail())
        .isEqualTo("5 denials within 600s (expected: fewer than 5)");
    awaitInForce(suspended);
    assertThat(refused()).contains("403");
    ambit("session", "resume", session.getId());
    awaitInForce(session);
    granted();
  }

  private void granted() throws IOException, InterruptedException {
    var reply = Client.CURL.send(set.agent(), "GET", set.peers().api("/v1/items"));
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
  }

  private Reply delete() throws IOException, InterruptedException {
    return Client.CURL.send(set.agent(), "DELETE", set.peers().api("/v1/items"));
  }

  private String refused() throws IOException, InterruptedException {
    return Client.CURL.refusedTunnel(set.agent(), set.peers().api("/v1/items"));
  }

  private void ambit(String... words) throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of(words));
    all.add("--access=" + set.set().plan().access());
    var ran =
        Ran.run(
            Map.of("AMBIT_DEV_STATE", folder.resolve("state").toString()),
            Ran.ambit(all.toArray(String[]::new)));
    assertThat(ran.exit()).as(ran.err()).isZero();
  }

  private void awaitInForce(Session session) {
    assertThat(
            ProxyHealth.enforces(
                set.proxy().adminAddress(), set.get(session).getVersion(), PATIENCE))
        .isTrue();
  }

  private Session awaitSuspended(Session session) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    var seen = set.get(session);
    while (seen.getState() != SessionState.SESSION_STATE_SUSPENDED) {
      assertThat(System.nanoTime()).as(seen.toString()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
      seen = set.get(session);
    }
    return seen;
  }

  private static Instant at(Session suspended) {
    var at = suspended.getSuspendedAt();
    return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
  }

  private Entry await(Predicate<Entry> wanted) throws InterruptedException {
    return set.upstream().await(0, wanted, PATIENCE).orElseThrow();
  }

  private void awaitEvents(Path out) throws IOException, InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (Files.readString(out).split("data:", -1).length <= EVENTS) {
      assertThat(System.nanoTime()).as(Files.readString(folder.resolve("err"))).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
