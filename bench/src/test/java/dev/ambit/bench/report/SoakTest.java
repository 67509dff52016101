package dev.ambit.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.bench.report.Soak.Reading;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Memory is flat when it stays as it was once the subject was warm; a slow leak is not flat.
class SoakTest {
  @Test
  void forgivesTheWarmUpAndTheWavesOfAHeap() {
    var soak = soak(part -> part < 10 ? 60 + 10 * part : 160 + 3 * (part % 2));
    assertThat(soak.growthMib()).isZero();
    assertThat(soak.flat()).isTrue();
  }

  @Test
  void findsALeakOfAQuarterOfAMebibyteInEachPart() {
    var soak = soak(part -> 160 + 0.25 * part);
    assertThat(soak.growthMib()).isEqualTo(5);
    assertThat(soak.flat()).isFalse();
    assertThat(Page.of(soak)).contains("+5.0 MiB over the second", "not flat");
  }

  private static Soak soak(IntToDoubleFunction resident) {
    return new Soak(
        "small",
        IntStream.range(0, 40)
            .mapToObj(part -> new Reading(part, resident.applyAsDouble(part), 90))
            .toList());
  }
}
