package dev.ambit.spiffe.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Tries follow each other ever more slowly, up to a bound, and not in step.
class BackoffTest {
  private static final List<Long> FULL_MS = List.of(100L, 200L, 400L, 800L, 1600L, 2000L, 2000L);

  @Test
  void waitsBetweenHalfAndAllOfADoublingDelay() {
    Seeds.run(
        1,
        1000,
        random -> {
          var backoff = new Backoff(random);
          for (long full : FULL_MS) {
            assertThat(backoff.next().toMillis()).isBetween(full / 2, full);
          }
        });
  }

  @Test
  void reachesBothBounds() {
    var shortest = new Backoff(always(0));
    assertThat(Stream.generate(() -> shortest.next().toMillis()).limit(7))
        .containsExactly(50L, 100L, 200L, 400L, 800L, 1000L, 1000L);
    var longest = new Backoff(always(1));
    assertThat(Stream.generate(() -> longest.next().toMillis()).limit(7))
        .containsExactlyElementsOf(FULL_MS);
  }

  @Test
  void doesNotKeepStepWithAnother() {
    Seeds.run(
        1,
        100,
        random -> {
          var first = new Backoff(random);
          var second = new Backoff(random);
          assertThat(Stream.generate(first::next).limit(20).toList())
              .isNotEqualTo(Stream.generate(second::next).limit(20).toList());
        });
  }

  @Test
  void beginsAnewAfterASuccess() {
    var backoff = new Backoff(always(1));
    for (int i = 0; i < 10; i++) {
      assertThat(backoff.next()).isLessThanOrEqualTo(Backoff.MAX);
    }
    backoff.reset();
    assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
  }

  /// The lower bound, or the upper.
  private static RandomGenerator always(int end) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new AssertionError("without bounds");
      }

      @Override
      public long nextLong(long origin, long bound) {
        return end == 0 ? origin : bound - 1;
      }
    };
  }
}
