package dev.ambit.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.cli.run.ProxyHealth;
import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.e2e.faults.GatedIssuer.Moment;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.ListSigningKeysRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.OpenSessionResponse;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Workload;
import dev.ambit.testkit.Await;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `kill -9` of the control plane at any point of closure: closure completes by itself after the
/// restart, with one receipt and dead tokens, and nothing that was acknowledged is lost. Calls of
/// another session go on all the while.
class ControlPlaneKillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PREFIX = "/v1/items/call-";
  private static final int CALL_EVERY_MILLIS = 20;
  private static final int RANDOM_KILLS = 4;
  private static final int RANDOM_SESSIONS = 6;
  private static final int RANDOM_WINDOW_MILLIS = 300;

  private static final Map<String, ByteString> RECEIPTS = new LinkedHashMap<>();
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static GatedIssuer gate;
  private static WholeSet set;
  private static PublicKey pinned;

  /// A point of closure: the nth request to an endpoint of the issuer.
  record Point(String endpoint, int nth, Moment moment, int delayMillis) {
    @Override
    public String toString() {
      return moment + " " + endpoint + " " + nth + (delayMillis > 0 ? " +" + delayMillis : "");
    }
  }

  static Stream<Point> points() {
    return Stream.of(
        new Point("/revoke", 1, Moment.ARRIVED, 0),
        new Point("/revoke", 1, Moment.DONE, 0),
        new Point("/revoke", 2, Moment.DONE, 0),
        new Point("/introspect", 1, Moment.ARRIVED, 0),
        new Point("/introspect", 1, Moment.DONE, 0),
        new Point("/introspect", 2, Moment.DONE, 0),
        new Point("/introspect", 2, Moment.ANSWERED, 0),
        new Point("/introspect", 2, Moment.ANSWERED, 8));
  }

  @BeforeAll
  static void start() throws Exception {
    gate = new GatedIssuer();
    set = WholeSet.start(gate.provider() + "---\n" + template(), Set.of());
    gate.leadsTo(set);
    pinned = pin();
  }

  private static PublicKey pin() {
    var keys =
        set.controlPlane().receipts().listSigningKeys(ListSigningKeysRequest.getDefaultInstance());
    if (PublicKeys.fromPem(keys.getKeys(0).getPublicKeyPem())
        instanceof Parsed.Ok<PublicKey>(PublicKey key)) {
      return key;
    }
    throw new AssertionError("no key");
  }

  @AfterAll
  static void stop() throws IOException {
    set.close();
    gate.close();
  }

  @ParameterizedTest
  @MethodSource("points")
  void closesAfterAKillWhileTheIssuerIsAsked(Point point) throws Exception {
    var seen = new AtomicInteger();
    survives(
        1,
        sessions -> {
          var control = set.set().controlPlane().process();
          gate.watchedBy((endpoint, moment) -> {
            if (endpoint.equals(point.endpoint())
                && moment == point.moment()
                && seen.incrementAndGet() == point.nth()) {
              pause(point.delayMillis());
              kill(control);
            } else if (seen.get() >= point.nth()) {
              // Nothing more comes through before the kill.
              await(control);
            }
          });
          closeAndLetFail(sessions.getFirst());
        });
  }

  @Test
  void closesAfterAKillBeforeTheCut() throws Exception {
    survives(
        1,
        sessions -> {
          var session = sessions.getFirst();
          Signals.send("STOP", set.member("proxy").pid());
          try {
            var closing = closeAndLetFail(session);
            Await.until(
                "CLOSING",
                PATIENCE,
                () -> set.get(session).getState() != SessionState.SESSION_STATE_ACTIVE);
            assertThat(set.get(session).getState()).isEqualTo(SessionState.SESSION_STATE_CLOSING);
            kill(set.set().controlPlane().process());
            closing.join();
          } finally {
            Signals.send("CONT", set.member("proxy").pid());
          }
        });
  }

  @Test
  void closesAfterKillsAtRandomInstants() throws Exception {
    var seed = System.nanoTime();
    System.out.println("seed of the kills: " + seed);
    var random = new Random(seed);
    for (var round = 0; round < RANDOM_KILLS; round++) {
      survives(
          RANDOM_SESSIONS,
          sessions -> {
            for (var session : sessions) {
              closeAndLetFail(session);
              pause(random.nextInt(RANDOM_WINDOW_MILLIS / RANDOM_SESSIONS));
            }
            kill(set.set().controlPlane().process());
          });
    }
  }

  /// Ends the control plane at some point after the end of these sessions was asked for.
  @FunctionalInterface
  private interface Fate {
    void strike(List<Session> sessions) throws IOException, InterruptedException;
  }

  /// A session with an agent that has made two calls, each with a credential of its own.
  private record Job(Session session, Caller agent, List<String> tokens) {}

  private static void survives(int count, Fate fate) throws Exception {
    var issuerMark = set.issuer().mark();
    var beside = open();
    var jobs = new ArrayList<Job>();
    var over = new AtomicBoolean();
    try (var neighbour = new Caller(set, beside.getHandle());
        var thief = new Thief(set.peers())) {
      assertThat(neighbour.get(item()).status()).isEqualTo(404);
      for (var number = 0; number < count; number++) {
        jobs.add(job());
      }
      var failures = new CopyOnWriteArrayList<String>();
      var calling = Thread.ofVirtual().start(() -> callOn(neighbour, over, failures));

      var control = set.set().controlPlane().process();
      fate.strike(jobs.stream().map(Job::session).toList());
      await(control);
      gate.unwatched();
      set.restartControlPlane();

      for (var job : jobs) {
        if (set.get(job.session()).getState() == SessionState.SESSION_STATE_ACTIVE) {
          // Killed before anybody was told of the end.
          set.close(job.session());
        }
      }
      for (var job : jobs) {
        isProven(set.untilClosed(job.session()), job.tokens(), issuerMark, thief);
        assertThat(job.agent().get(item()).brief()).isEqualTo("403 session_ended");
      }
      over.set(true);
      calling.join();
      assertThat(failures).isEmpty();
    } finally {
      jobs.forEach(job -> job.agent().close());
    }
    set.close(beside.getSession());
    set.untilClosed(beside.getSession());
    nothingIsLost();
  }

  private static Job job() throws IOException, InterruptedException {
    var mark = set.upstream().mark();
    var opened = open();
    var agent = new Caller(set, opened.getHandle());
    var first = item();
    var second = item();
    assertThat(agent.get(first).status()).isEqualTo(404);
    assertThat(agent.post(second, "x").status()).isEqualTo(404);
    return new Job(opened.getSession(), agent, tokens(mark, first, second));
  }

  /// What the upstream got as credentials of these calls: the two that it took, and any that it
  /// answered 401 to, in whose place the proxy asked for another.
  private static List<String> tokens(int mark, String... urls) {
    var paths = Stream.of(urls).map(ControlPlaneKillTest::path).toList();
    var refused =
        set.upstream().since(mark, "answer").stream()
            .filter(entry -> entry.number("status") == 401)
            .map(entry -> entry.number("call"))
            .collect(Collectors.toSet());
    var requests =
        set.upstream().since(mark, "request").stream()
            .filter(entry -> paths.contains(entry.text("path")))
            .toList();
    var taken = requests.stream().filter(entry -> !refused.contains(entry.number("call")));
    assertThat(taken.map(Thief::token).distinct()).hasSize(2).doesNotContain("");
    return requests.stream().map(Thief::token).distinct().toList();
  }

  /// One receipt, which verifies; each token revoked at the issuer, dead there, and refused.
  private static void isProven(Session session, List<String> tokens, int issuerMark, Thief thief)
      throws IOException, InterruptedException {
    var found = ReceiptFile.ofSession(session.getId(), set.controlPlane());
    assertThat(found.dsse().verifies(pinned)).isTrue();
    var receipt = found.receipt();
    assertThat(receipt.credentials())
        .hasSameSizeAs(tokens)
        .allSatisfy(end -> assertThat(end.outcome()).isEqualTo(Receipt.Outcome.DEAD_PROVEN));
    assertThat(receipt.cuts()).isNotEmpty();
    for (var token : tokens) {
      assertThat(set.issuer().since(issuerMark, "revoke"))
          .filteredOn(entry -> entry.text("token").equals(Endpoints.digest(token)))
          .extracting(entry -> entry.text("effect"))
          .startsWith("killed");
      assertThat(thief.active(token)).isFalse();
      assertThat(thief.replay(token)).isEqualTo(401);
    }
    RECEIPTS.put(session.getId(), found.bytes());
    // A closure that was done is not done again.
    RECEIPTS.forEach((id, bytes) ->
        assertThat(ReceiptFile.ofSession(id, set.controlPlane()).bytes()).isEqualTo(bytes));
  }

  /// Whatever the upstream ever saw stands in the audit, once, in chains without a gap.
  private static void nothingIsLost() {
    var arrived =
        set.upstream().since(0, "request").stream()
            .map(entry -> entry.text("path"))
            .filter(path -> path.startsWith(PREFIX))
            .collect(Collectors.toSet());
    Await.until(
        "all calls are in the audit",
        PATIENCE,
        () -> {
          var trail = AuditTrail.of(set);
          return trail.complete() && trail.permits().keySet().containsAll(arrived);
        });
    var trail = AuditTrail.of(set);
    trail.isWhole();
    assertThat(trail.permits().values()).containsOnly(1L);
    trail.completesOnce(arrived);
  }

  private static void callOn(Caller caller, AtomicBoolean over, List<String> failures) {
    try {
      while (!over.get()) {
        var said = caller.get(item());
        if (said.status() != 404) {
          failures.add(said.brief());
        }
        pause(CALL_EVERY_MILLIS);
      }
    } catch (IOException | InterruptedException failed) {
      failures.add(failed.toString());
    }
  }

  /// An item that is not there, another one for each call: the upstream answers 404.
  private static String item() {
    return set.peers().api(PREFIX + CALLS.incrementAndGet());
  }

  private static String path(String url) {
    return url.substring(url.indexOf(PREFIX));
  }

  private static OpenSessionResponse open() {
    var opened =
        set.controlPlane()
            .sessions()
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate("killed")
                    .setWorkload(Workload.newBuilder().setSpiffeId(EmbeddedSet.AGENT))
                    .build());
    assertThat(
            ProxyHealth.enforces(
                set.proxy().adminAddress(), opened.getSession().getVersion(), PATIENCE))
        .isTrue();
    return opened;
  }

  /// Asks for the end of a session; the answer may never come.
  private static Thread closeAndLetFail(Session session) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            set.close(session);
          } catch (StatusRuntimeException _) {
            // The control plane died first.
          }
        });
  }

  private static void kill(Process process) {
    process.destroyForcibly();
    await(process);
  }

  private static void await(Process process) {
    Await.until("the control plane is killed", PATIENCE, () -> !process.isAlive());
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static String template() {
    return """
    apiVersion: ambit.dev/v1
    kind: SessionTemplate
    metadata: { name: killed }
    spec:
      openers: [bootstrap]
      workloads: ["AGENT"]
      binding: identity
      sharing: by-handle
      limits: { ttl: 30m, maxTtl: 1h, idle: 20m }
      grants:
        - name: read
          target: api
          methods: [GET]
          paths: ["/v1/items/{id}"]
          credential: { provider: gated, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: write
          target: api
          methods: [POST]
          paths: ["/v1/items/{id}"]
          credential: { provider: gated, lifetime: session, narrow: { scopes: ["items:write"] } }
    """
        .replace("AGENT", EmbeddedSet.AGENT);
  }
}
