package dev.ambit.control.closure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Closure asks again and again, but never more often or more rarely than its bounds say.
class PaceTest {
  private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

  @Test
  void doublesItsPausesUpToTheBoundForEver() {
    for (var failures :
        IntStream.concat(IntStream.range(0, 200), IntStream.of(Integer.MAX_VALUE)).toArray()) {
      var pause = Pace.STANDARD.pause(failures, random);
      var most = Pace.STANDARD.retryMax().toMillis() * 1.2 + 1;
      assertThat(pause).isBetween(Duration.ofMillis(160), Duration.ofMillis((long) most));
    }
    assertThat(Pace.STANDARD.pause(1, random)).isLessThan(Duration.ofMillis(482));
    assertThat(Pace.STANDARD.pause(20, random)).isGreaterThan(Duration.ofSeconds(23));
  }
}
