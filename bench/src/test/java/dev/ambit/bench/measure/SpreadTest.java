package dev.ambit.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Medians with an honest interval.
class SpreadTest {
  @Test
  void takesTheMiddleAndNotTheMean() {
    assertThat(Spread.of(List.of(1.0, 100.0, 2.0)).median()).isEqualTo(2);
    assertThat(Spread.of(List.of(1.0, 2.0, 3.0, 100.0)).median()).isEqualTo(2.5);
  }

  @Test
  void isWideWhereTheFiguresAre() {
    var narrow = Spread.of(List.of(1.0, 1.01, 0.99, 1.0, 1.02, 0.98));
    var wide = Spread.of(List.of(1.0, 3.0, 0.3, 1.1, 5.0, 0.9));
    assertThat(narrow.high() - narrow.low()).isLessThan(0.05);
    assertThat(wide.high() - wide.low()).isGreaterThan(0.5);
    assertThat(wide.low()).isLessThanOrEqualTo(wide.median());
    assertThat(wide.high()).isGreaterThanOrEqualTo(wide.median());
  }

  @Test
  void sayTheSameOfTheSameFigures() {
    var values = List.of(1.0, 3.0, 0.3, 1.1, 5.0, 0.9);
    assertThat(Spread.of(values)).isEqualTo(Spread.of(values));
  }

  @Test
  void isNoFigureOfNothing() {
    assertThat(Spread.of(List.of()).median()).isNaN();
  }
}
