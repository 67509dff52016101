package dev.ambit.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// When proxies try to come back.
class BackoffTest {
  private static final Duration AWAY = Duration.ofSeconds(60);

  @Test
  void oneAmongFewTriesAtOnceAndThenMoreAndMoreSeldom() {
    var backoff = new Backoff(new Random(1));
    assertThat(backoff.next()).isBetween(Backoff.FIRST.dividedBy(2), Backoff.FIRST);
    for (int i = 0; i < 10; i++) {
      assertThat(backoff.next()).isLessThanOrEqualTo(Backoff.MAX);
    }
    assertThat(backoff.next()).isBetween(Backoff.MAX.dividedBy(2), Backoff.MAX);
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(Backoff.FIRST);
  }

  @Test
  void aThousandTryAtMostTwoHundredTimesInASecondHoweverLongNobodyAnswers() {
    // What a control plane says to a thousand: 150 in a second.
    var spread = Duration.ofSeconds(1_000).dividedBy(150);
    var random = new Random(7);
    var seconds = new TreeMap<Long, Integer>();
    IntStream.range(0, 1_000)
        .forEach(_ -> {
          var backoff = new Backoff(random);
          backoff.spread(spread);
          for (var at = backoff.next(); at.compareTo(AWAY) < 0; at = at.plus(backoff.next())) {
            seconds.merge(at.toSeconds(), 1, Integer::sum);
          }
        });
    assertThat(seconds.values()).allSatisfy(attempts -> assertThat(attempts).isBetween(100, 200));
  }
}
