package dev.ambit.proxy.resolve;

import static dev.ambit.proxy.testing.Samples.ONE;
import static dev.ambit.proxy.testing.Samples.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.testing.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A session has so many names looked up in a stretch, and no other misses what it took.
class NameQuotaTest {
  private final ManualTime time = new ManualTime();
  private final NameQuota quota = new NameQuota(time);

  @Test
  void admitsNoMoreNamesOfASessionInAStretchThanItsBound() {
    for (int i = 0; i < NameQuota.NAMES_MAX; i++) {
      assertThat(quota.admits(ONE, "n" + i)).isTrue();
    }
    assertThat(quota.admits(ONE, "one-more")).isFalse();
    assertThat(quota.admits(ONE, "n0")).as("a name it had before").isTrue();
    assertThat(quota.admits(TWO, "one-more")).as("another session").isTrue();
    assertThat(quota.secondsLeft()).isEqualTo(60);
    time.advance(NameQuota.STRETCH.minusNanos(1));
    assertThat(quota.admits(ONE, "one-more")).isFalse();
    assertThat(quota.secondsLeft()).isEqualTo(1);
    time.advance(Duration.ofNanos(1));
    assertThat(quota.admits(ONE, "one-more")).isTrue();
  }
}
