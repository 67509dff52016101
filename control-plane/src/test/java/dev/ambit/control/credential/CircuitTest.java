package dev.ambit.control.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.store.CredentialRow.Outcome;
import dev.ambit.envelope.Grant;
import dev.ambit.resources.ProviderSpec.Client;
import dev.ambit.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An issuer that fails is spared for a while, then tried by one for all; what must be revoked is
/// revoked whatever the circuit says.
class CircuitTest {
  private static final Grant GRANT = World.grant("read", "idp");

  @TempDir Path folder;
  private World world;
  private FakeIssuer issuer;

  @BeforeEach
  void start() {
    world = new World(folder);
    issuer = FakeIssuer.start(folder);
    world.offer("idp", issuer);
  }

  @AfterEach
  void stop() {
    world.close();
    issuer.close();
  }

  @Test
  void sparesAnIssuerAfterFiveFailuresInARow() {
    fail(Circuit.FAILURES_MAX);
    assertThat(world.circuits.open()).isEqualTo(1);
    var session = world.open();
    assertThat(world.refused(session, GRANT))
        .isEqualTo("provider idp: issuer: failed again and again, spared for a while");
    assertThat(issuer.asked("/token")).isEqualTo(Circuit.FAILURES_MAX);
    assertThat(world.rows(session)).isEmpty();
  }

  @Test
  void isAskedByABoundedNumberAtATimeAndServesTheRestAfterwards() throws Exception {
    var all = Circuit.ASKED_MAX + 8;
    var asking = new AtomicInteger();
    var most = new AtomicInteger();
    var answer = new CountDownLatch(1);
    issuer.token =
        form -> {
          most.accumulateAndGet(asking.incrementAndGet(), Math::max);
          awaitQuietly(answer);
          asking.decrementAndGet();
          return issuer.issue(form);
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tokens = new ArrayList<Future<?>>();
      for (var n = 0; n < all; n++) {
        var session = world.open();
        tokens.add(threads.submit(() -> world.token(session, GRANT, World.PROXY)));
      }
      Await.until("as many as may", () -> asking.get() == Circuit.ASKED_MAX);
      answer.countDown();
      for (var token : tokens) {
        token.get();
      }
    }
    assertThat(most).hasValue(Circuit.ASKED_MAX);
    assertThat(issuer.asked("/token")).isEqualTo(all);
  }

  @Test
  void countsNoRefusalAndForgetsFailuresWhenTheIssuerAnswers() {
    fail(Circuit.FAILURES_MAX - 1);
    issuer.token = _ -> new FakeIssuer.Answer(400, "{\"error\":\"invalid_scope\"}");
    world.refused(world.open(), GRANT);
    fail(Circuit.FAILURES_MAX - 1);
    assertThat(world.circuits.open()).isZero();
    for (var n = 0; n < 2 * Circuit.FAILURES_MAX; n++) {
      issuer.token = _ -> new FakeIssuer.Answer(400, "{\"error\":\"invalid_scope\"}");
      world.refused(world.open(), GRANT);
    }
    assertThat(world.circuits.open()).isZero();
  }

  @Test
  void isTriedByOneForAllAndClosesWhenThatSucceeds()
      throws InterruptedException, ExecutionException {
    fail(Circuit.FAILURES_MAX);
    world.clock.advance(Circuit.OPEN_MIN);
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    issuer.token =
        form -> {
          asked.countDown();
          awaitQuietly(answer);
          return issuer.issue(form);
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var trial = threads.submit(() -> world.token(world.open(), GRANT, World.PROXY));
      asked.await();
      for (var n = 0; n < 8; n++) {
        assertThat(world.refused(world.open(), GRANT)).contains("spared for a while");
      }
      answer.countDown();
      assertThat(trial.get()).startsWith("tok-");
    }
    assertThat(issuer.asked("/token")).isEqualTo(Circuit.FAILURES_MAX + 1L);
    assertThat(world.circuits.open()).isZero();
    world.token(world.open(), GRANT, World.PROXY);
  }

  @Test
  void isSparedTwiceAsLongAfterEachTrialThatFailsUpToABound() {
    fail(Circuit.FAILURES_MAX);
    var open = Circuit.OPEN_MIN;
    for (var trial = 1; trial <= 8; trial++) {
      world.clock.advance(open.minusMillis(1));
      assertThat(world.refused(world.open(), GRANT)).contains("spared for a while");
      world.clock.advance(Duration.ofMillis(1));
      assertThat(world.refused(world.open(), GRANT)).contains("status 503");
      open = open.multipliedBy(2);
      open = open.compareTo(Circuit.OPEN_MAX) > 0 ? Circuit.OPEN_MAX : open;
    }
    assertThat(issuer.asked("/token")).isEqualTo(Circuit.FAILURES_MAX + 8L);
  }

  @Test
  void letsRevocationsPassWhileNothingIsIssued() {
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    fail(Circuit.FAILURES_MAX);
    assertThat(world.circuits.open()).isEqualTo(1);
    world.end(session);
    world.awaitClosed(session);
    assertThat(issuer.alive(token)).isFalse();
    assertThat(world.rows(session).getFirst().outcome()).contains(Outcome.DEAD_PROVEN);
    assertThat(world.circuits.open()).isEqualTo(1);
  }

  @Test
  void sparesNoOtherIssuer(@TempDir Path elsewhere) {
    try (var other = FakeIssuer.start(elsewhere)) {
      world.offer("other", other);
      fail(Circuit.FAILURES_MAX);
      world.token(world.open(), World.grant("read", "other"), World.PROXY);
    }
  }

  @Test
  void goesOnWithAnIssuerWhoseTrialWasNeverMade() {
    fail(Circuit.FAILURES_MAX);
    world.clock.advance(Circuit.OPEN_MIN);
    var ended = world.open();
    world.end(ended);
    assertThat(world.refused(ended, GRANT)).isEqualTo("session: not ACTIVE any more");
    issuer.token = issuer::issue;
    world.token(world.open(), GRANT, World.PROXY);
  }

  @Test
  void staysOpenWhenTheTrialFailsForAReasonOfOurs() {
    fail(Circuit.FAILURES_MAX);
    world.clock.advance(Circuit.OPEN_MIN);
    var spec = world.spec("idp", issuer, issuer.at("/token"));
    world.resources.put(
        "idp", new Change(spec).client(new Client.Secret("ambit", folder.resolve("missing"))));
    assertThat(world.refused(world.open(), GRANT)).contains("client secret: file unreadable");
    assertThat(world.circuits.open()).isEqualTo(1);
    world.offer("idp", issuer);
    issuer.token = issuer::issue;
    world.token(world.open(), GRANT, World.PROXY);
    assertThat(world.circuits.open()).isZero();
  }

  @Test
  void remembersNoMoreIssuersThanItMay() {
    var circuits = new Circuits();
    var first = circuits.of("https://first.example.org:443");
    for (var n = 0; n < Circuits.ISSUERS_MAX; n++) {
      circuits.of("https://" + n + ".example.org:443");
    }
    assertThat(circuits.of("https://first.example.org:443")).isNotSameAs(first);
  }

  private void fail(int times) {
    issuer.token = issuer::down;
    for (var n = 0; n < times; n++) {
      assertThat(world.refused(world.open(), GRANT)).contains("status 503");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
