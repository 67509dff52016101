package dev.ambit.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.testing.ManualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// The lease runs from the sending of the heartbeat that was answered, on both clocks.
class LeaseClockTest {
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final ManualTime time = new ManualTime();
  private Instant identityEnds = time.instant().plus(Duration.ofDays(1));
  private final LeaseClock lease = new LeaseClock(() -> identityEnds, time, time);

  @Test
  void isNotHeldBeforeTheFirstAnswer() {
    lease.asked(1);
    assertThat(lease.held()).isFalse();
  }

  @Test
  void countsFromTheSendingSoThatADelayShortensIt() {
    lease.asked(1);
    time.advance(Duration.ofSeconds(10));
    assertThat(answered(1)).isTrue();
    assertThat(lease.left()).isEqualTo(Duration.ofSeconds(5));
    time.advance(Duration.ofSeconds(5).minusNanos(1));
    assertThat(lease.held()).isTrue();
    time.advance(Duration.ofNanos(1));
    assertThat(lease.held()).isFalse();
  }

  @Test
  void isLostAtOnceWhenTheAnswerComesTooLate() {
    lease.asked(1);
    time.advance(Duration.ofSeconds(20));
    assertThat(answered(1)).isTrue();
    assertThat(lease.held()).isFalse();
  }

  @Test
  void takesNoAnswerTwiceNoneThatIsOlderAndNoneToNothing() {
    lease.asked(1);
    time.advance(Duration.ofSeconds(5));
    lease.asked(2);
    assertThat(answered(2)).isTrue();
    assertThat(answered(2)).isFalse();
    assertThat(answered(1)).isFalse();
    assertThat(answered(3)).isFalse();
    assertThat(lease.left()).isEqualTo(LEASE);
  }

  @Test
  void takesNoDurationOutOfBounds() {
    lease.asked(1);
    assertThat(lease.granted(1, Duration.ofMillis(999), time.instant())).isFalse();
    assertThat(lease.granted(1, Duration.ofMinutes(5).plusNanos(1), time.instant())).isFalse();
    assertThat(lease.held()).isFalse();
  }

  @Test
  void isLostWhenTheWallClockSaysSo() {
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    time.jump(LEASE);
    assertThat(lease.held()).isFalse();
  }

  @Test
  void isDroppedWhenTheWallClockRanAheadAndNoLaterReadingBringsItBack() {
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    lease.asked(2);
    time.jump(LeaseClock.AHEAD_MAX);
    assertThat(lease.held()).isTrue();
    assertThat(lease.jumped()).isFalse();
    time.jump(LeaseClock.AHEAD_MAX.plusNanos(1));
    assertThat(lease.held()).isFalse();
    assertThat(lease.jumped()).isTrue();
    time.jump(LeaseClock.AHEAD_MAX.negated());
    assertThat(lease.jumped()).isFalse();
    assertThat(lease.held()).isFalse();
    assertThat(answered(2)).as("asked before").isFalse();
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    assertThat(lease.held()).isTrue();
  }

  @Test
  void isHeldWhenTheWallClockGoesBackOrBothGoOn() {
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    time.jump(Duration.ofMinutes(-10));
    assertThat(lease.jumped()).isFalse();
    time.advance(LEASE.minusSeconds(1));
    assertThat(lease.jumped()).isFalse();
    assertThat(lease.held()).isTrue();
  }

  @Test
  void takesTheLastAnswerAgainOnlyToGrantMoreCountedFromTheSameHeartbeat() {
    lease.asked(1);
    time.advance(Duration.ofSeconds(1));
    assertThat(answered(1)).isTrue();
    time.advance(Duration.ofSeconds(1));
    assertThat(lease.granted(1, LEASE.minusSeconds(1), time.instant())).isFalse();
    assertThat(lease.granted(1, Duration.ofSeconds(60), time.instant())).isTrue();
    assertThat(lease.left()).isEqualTo(Duration.ofSeconds(58));
    lease.restart();
    assertThat(lease.granted(1, Duration.ofSeconds(90), time.instant())).isFalse();
    assertThat(lease.left()).isEqualTo(Duration.ofSeconds(58));
  }

  @Test
  void isNotHeldBeyondTheIdentityAndComesBackWithTheNextOne() {
    identityEnds = time.instant().plus(Duration.ofSeconds(3));
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    assertThat(lease.left()).isEqualTo(Duration.ofSeconds(3));
    time.advance(Duration.ofSeconds(3));
    assertThat(lease.held()).isFalse();
    assertThat(lease.left()).isZero();
    identityEnds = time.instant().plus(Duration.ofHours(1));
    assertThat(lease.held()).isTrue();
    assertThat(lease.left()).isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void isNotLengthenedByAWallClockThatGoesBack() {
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    time.jump(Duration.ofHours(-1));
    time.advance(LEASE);
    assertThat(lease.held()).isFalse();
  }

  @Test
  void tellsThatTheClocksDisagree() {
    lease.asked(1);
    assertThat(lease.granted(1, LEASE, time.instant().plusSeconds(31))).isTrue();
    assertThat(lease.skewed()).isTrue();
    lease.asked(2);
    assertThat(lease.granted(2, LEASE, time.instant().plusSeconds(30))).isTrue();
    assertThat(lease.skewed()).isFalse();
    lease.asked(3);
    time.jump(Duration.ofSeconds(31));
    assertThat(answered(3)).isTrue();
    assertThat(lease.skewed()).isTrue();
  }

  @Test
  void livesOnWhenAStreamBreaksUntilItEnds() {
    lease.asked(1);
    assertThat(answered(1)).isTrue();
    lease.restart();
    assertThat(lease.held()).isTrue();
    lease.asked(1);
    time.advance(LEASE);
    assertThat(lease.held()).isFalse();
  }

  @Test
  void forgetsHeartbeatsBeyondTheBound() {
    for (var n = 1; n <= LeaseClock.UNANSWERED_MAX + 1; n++) {
      lease.asked(n);
    }
    assertThat(answered(1)).isFalse();
    assertThat(answered(2)).isTrue();
  }

  private boolean answered(long n) {
    return lease.granted(n, LEASE, time.instant());
  }
}
