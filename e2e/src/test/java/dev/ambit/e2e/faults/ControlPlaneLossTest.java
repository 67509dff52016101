package dev.ambit.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Without the control plane, what needs nothing of it goes on until the lease ends, and not
/// longer; what needs an answer of it is refused at once; and all of it comes back by itself.
class ControlPlaneLossTest {
  private static final Duration LEASE = Duration.ofSeconds(6);

  /// A busy machine may be late by so much; no security rests on it.
  private static final Duration LATE = Duration.ofSeconds(2);

  private static final Duration BACK = Duration.ofSeconds(20);
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  /// A process that hangs is told from a slow one by an unanswered heartbeat.
  private static final Duration SOON = Duration.ofSeconds(4);

  private static final InstantSource CLOCK = InstantSource.system();

  private static Partition wire;
  private static WholeSet set;
  private Session session;
  private Caller agent;
  private int streamMark;

  @BeforeAll
  static void start() throws Exception {
    wire = new Partition();
    set = WholeSet.start(new WholeSet.Wishes(template(), Set.of(), LEASE, wire::leadTo));
  }

  @AfterAll
  static void stop() throws IOException {
    set.close();
    wire.close();
  }

  @AfterEach
  void end() {
    agent.close();
    set.close(session);
  }

  @Test
  void goesOnUntilTheLeaseEndsWhenTheControlPlaneIsKilledAndComesBackByItself() throws Exception {
    survives(
        () -> {
          var control = set.set().controlPlane().process();
          control.destroyForcibly();
          Await.until("killed", () -> !control.isAlive());
        },
        AT_ONCE,
        set::restartControlPlane);
  }

  @Test
  void goesOnUntilTheLeaseEndsWhenTheControlPlaneHangsAndComesBackByItself() throws Exception {
    var control = set.set().controlPlane().process().pid();
    survives(() -> Signals.send("STOP", control), SOON, () -> Signals.send("CONT", control));
  }

  @Test
  void cutsWhatWasClosedMeanwhileAtTheEndOfTheLease() throws Exception {
    var stream = stream();
    wire.cut();
    try {
      var lost = CLOCK.instant();
      var closed = set.close(session);
      var returned = CLOCK.instant();
      assertThat(Duration.between(lost, returned)).isLessThan(LEASE.plus(LATE));
      assertThat(stream.join()).isBefore(returned.plus(LATE));
      // The answer means that nothing reaches the upstream any more.
      var after = set.upstream().mark();
      assertThat(read().status()).isEqualTo(503);
      assertThat(set.upstream().since(after, "request")).isEmpty();
      var ended = streamEnded();
      assertThat(ended.text("how")).isEqualTo("cut");
      assertThat(ended.at()).isBefore(returned.plus(LATE));
      set.untilClosed(closed);
      assertThat(ReceiptFile.ofSession(session.getId(), set.controlPlane()).receipt().cuts())
          .singleElement()
          .satisfies(cut -> assertThat(cut.acknowledged()).isFalse())
          .satisfies(cut -> assertThat(cut.recorded()).as("its records were cut off").isFalse());
    } finally {
      wire.heal();
    }
    Await.until("the proxy is back", BACK, () -> quietly().startsWith("403"));
  }

  @Test
  void cutsWhatWasClosedMeanwhileWhenTheWireIsWholeAgain() throws Exception {
    var stream = stream();
    wire.cut();
    var closing = CompletableFuture.supplyAsync(() -> set.close(session));
    Await.until("CLOSING", () -> set.get(session).getState().getNumber() > 1);
    assertThat(read().status()).as("nobody has told the proxy yet").isEqualTo(200);
    wire.heal();
    closing.join();
    assertThat(stream.join()).isBefore(CLOCK.instant().plus(LATE));
    assertThat(read().brief()).isEqualTo("403 session_ended");
    set.untilClosed(session);
    assertThat(ReceiptFile.ofSession(session.getId(), set.controlPlane()).receipt().cuts())
        .singleElement()
        .satisfies(cut -> assertThat(cut.acknowledged()).isTrue())
        .satisfies(cut -> assertThat(cut.recorded()).isTrue());
  }

  private void survives(Step lose, Duration refused, Step back) throws Exception {
    var stream = stream();
    var proxy = set.member("proxy");
    lose.take();
    var lost = CLOCK.instant();
    try {
      var counted = count();
      assertThat(counted.brief()).isEqualTo("503 control_unavailable");
      assertThat(counted.took()).isLessThan(refused);
      assertThat(read().status()).as("needs nobody").isEqualTo(200);
      var first = firstOfItsGrant();
      assertThat(first.brief()).isIn("503 credential_unavailable", "503 lease_lost");
      assertThat(first.took()).isLessThan(refused);
      Await.until("the lease ends", LEASE.plus(LATE), () -> quietly().equals("503 lease_lost"));
      assertThat(Duration.between(lost, CLOCK.instant())).isLessThan(LEASE.plus(LATE));
      assertThat(stream.join()).isBefore(lost.plus(LEASE).plus(LATE));
      assertThat(streamEnded().at()).isBefore(lost.plus(LEASE).plus(LATE));
      var denied = set.upstream().mark();
      assertThat(read().status()).isEqualTo(503);
      assertThat(count().status()).isEqualTo(503);
      assertThat(set.reachedUpstream(denied)).isEmpty();
    } finally {
      back.take();
    }
    Await.until("calls pass again", BACK, () -> quietly().equals("200"));
    assertThat(count().status()).isEqualTo(200);
    assertThat(firstOfItsGrant().status()).isEqualTo(201);
    assertThat(proxy.runs()).as("the same proxy").isTrue();
  }

  /// Something that a test does to the set.
  @FunctionalInterface
  private interface Step {
    void take() throws IOException, InterruptedException;
  }

  /// A session of which one grant needs nothing more, one a reservation for each call, and one has
  /// no credential yet.
  @BeforeEach
  void begin() throws IOException, InterruptedException {
    session = set.open("lossy");
    agent = new Caller(set, "");
    assertThat(read().status()).isEqualTo(200);
    assertThat(count().status()).isEqualTo(200);
  }

  private Caller.Said read() throws IOException, InterruptedException {
    return agent.get(set.peers().api("/v1/items/1"));
  }

  private Caller.Said count() throws IOException, InterruptedException {
    return agent.get(set.peers().api("/v1/items"));
  }

  private Caller.Said firstOfItsGrant() throws IOException, InterruptedException {
    return agent.post(set.peers().api("/v1/items"), "first");
  }

  private String quietly() {
    try {
      return read().brief();
    } catch (IOException failed) {
      return failed.toString();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /// Follows a stream; completes when it ends, with the instant of that.
  private CompletableFuture<Instant> stream() throws IOException, InterruptedException {
    streamMark = set.upstream().mark();
    var body = agent.stream(set.peers().api("/v1/stream"));
    assertThat(body.read()).isEqualTo('i');
    var end = new AtomicReference<Instant>();
    return CompletableFuture.supplyAsync(() -> {
      drain(body);
      end.set(CLOCK.instant());
      return end.get();
    });
  }

  private static void drain(InputStream body) {
    try (body) {
      body.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException _) {
      // Cut: that is the end, too.
    }
  }

  /// What the upstream says of the last stream.
  private Entry streamEnded() throws InterruptedException {
    return set.upstream().await(streamMark, entry -> entry.is("stream_ended"), BACK).orElseThrow();
  }

  private static String template() {
    return """
    apiVersion: ambit.dev/v1
    kind: SessionTemplate
    metadata: { name: lossy }
    spec:
      openers: [bootstrap]
      workloads: ["AGENT"]
      binding: identity
      sharing: exclusive
      limits: { ttl: 30m, maxTtl: 1h, idle: 20m }
      grants:
        - name: free
          target: api
          methods: [GET]
          paths: ["/v1/items/{id}", "/v1/stream"]
          credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: counted
          target: api
          methods: [GET]
          paths: ["/v1/items"]
          budget: { calls: 100 }
          credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: late
          target: api
          methods: [POST]
          paths: ["/v1/items"]
          credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:write"] } }
    """
        .replace("AGENT", EmbeddedSet.AGENT);
  }
}
