package dev.ambit.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.relay.Circuits.Destination;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When an upstream that lets nobody connect is left alone, and when it is tried again.
class CircuitsTest {
  private static final Failure LATE = new Failure(Failure.Stage.CONNECT, true, "Too late.");
  private static final Destination GOOD = at(443);

  /// Just before the clock of the machine wraps.
  private long now = Long.MAX_VALUE - 1;

  private final Circuits circuits = new Circuits(() -> now);

  @Test
  void letsEveryoneDialUntilItFailedFiveTimesInARow() {
    for (var i = 0; i < Circuits.FAILURES_MAX; i++) {
      assertThat(circuits.objection(GOOD)).isNull();
      circuits.failed(GOOD, LATE);
    }
    assertThat(circuits.objection(GOOD))
        .isEqualTo(
            new Failure(
                Failure.Stage.CONNECT,
                true,
                "Too late. After 5 failures in a row it is left alone for 1 s."));
    assertThat(circuits.open()).isEqualTo(1);
  }

  @Test
  void startsAnewAfterASuccess() {
    fail(GOOD, Circuits.FAILURES_MAX - 1);
    circuits.connected(GOOD);
    fail(GOOD, Circuits.FAILURES_MAX - 1);
    assertThat(circuits.objection(GOOD)).isNull();
    assertThat(circuits.open()).isZero();
  }

  @Test
  void letsOneTryForAllAndWaitsTwiceAsLongAfterEachFailureUpToABound() {
    fail(GOOD, Circuits.FAILURES_MAX);
    var wait = Circuits.OPEN_MIN;
    for (var i = 0; i < 8; i++) {
      pass(wait.minusNanos(1));
      assertThat(circuits.objection(GOOD)).isNotNull();
      pass(Duration.ofNanos(1));
      assertThat(circuits.objection(GOOD)).isNull();
      assertThat(circuits.objection(GOOD)).isNotNull();
      circuits.failed(GOOD, LATE);
      wait = Collections.min(List.of(wait.multipliedBy(2), Circuits.OPEN_MAX));
    }
    assertThat(wait).isEqualTo(Circuits.OPEN_MAX);
  }

  @Test
  void isClosedByATrialThatSucceeds() {
    fail(GOOD, Circuits.FAILURES_MAX);
    pass(Circuits.OPEN_MIN);
    assertThat(circuits.objection(GOOD)).isNull();
    circuits.connected(GOOD);
    assertThat(circuits.objection(GOOD)).isNull();
    assertThat(circuits.objection(GOOD)).isNull();
  }

  @Test
  void letsAnotherTryWhenTheTrialWasGivenUp() {
    fail(GOOD, Circuits.FAILURES_MAX);
    pass(Circuits.OPEN_MIN);
    assertThat(circuits.objection(GOOD)).isNull();
    pass(Circuits.OPEN_MAX);
    assertThat(circuits.objection(GOOD)).isNull();
  }

  @Test
  void waitsNoLongerForWhatWasDialledBeforeItOpened() {
    fail(GOOD, 100);
    pass(Circuits.OPEN_MIN);
    assertThat(circuits.objection(GOOD)).isNull();
  }

  @Test
  void leavesOtherPortsAndThoseThatTrustOthersInPeace() {
    fail(GOOD, Circuits.FAILURES_MAX);
    assertThat(circuits.objection(at(8443))).isNull();
    var other =
        new Destination(GOOD.authority(), GOOD.address(), new UpstreamRoots.Bundle("other"));
    assertThat(circuits.objection(other)).isNull();
  }

  @Test
  void keepsNoMoreDestinationsThanItsBound() {
    fail(GOOD, Circuits.FAILURES_MAX);
    for (var i = 1; i <= Circuits.DESTINATIONS_MAX; i++) {
      fail(at(1_000 + i), Circuits.FAILURES_MAX);
    }
    assertThat(circuits.open()).isEqualTo(Circuits.DESTINATIONS_MAX);
    assertThat(circuits.objection(GOOD)).isNull();
  }

  private void fail(Destination destination, int times) {
    for (var i = 0; i < times; i++) {
      circuits.failed(destination, LATE);
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static Destination at(int port) {
    return new Destination(
        new Authority(Scheme.HTTPS, "api.good.test", port),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        new UpstreamRoots.SystemRoots());
  }
}
