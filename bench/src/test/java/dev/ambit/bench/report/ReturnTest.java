package dev.ambit.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The busiest second is any second, not one of the clock's.
class ReturnTest {
  private static final long MILLI = 1_000_000;

  @Test
  void countsTheBusiestSecondWhereverItBegins() {
    // 150 in the last tenth of one second and 150 in the first tenth of the next.
    var back = back(LongStream.range(0, 300).map(i -> 900 * MILLI + i * 200 * MILLI / 300));
    assertThat(back.busiest()).isEqualTo(300);
    assertThat(back.spread()).isFalse();
    assertThat(Page.of(back)).contains("300 in the busiest second");
  }

  @Test
  void holdsWhatIsEven() {
    var back = back(LongStream.range(0, 2_000).map(i -> i * 5 * MILLI));
    assertThat(back.busiest()).isEqualTo(200);
    assertThat(back.spread()).isTrue();
  }

  @Test
  void bearsThatNobodyTried() {
    assertThat(back(LongStream.empty()).busiest()).isZero();
  }

  private static Return back(LongStream attempts) {
    return new Return(1_000, Duration.ZERO, Duration.ZERO, attempts.boxed().toList());
  }
}
