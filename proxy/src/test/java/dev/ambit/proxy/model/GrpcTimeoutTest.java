package dev.ambit.proxy.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Parsed;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A deadline is 1 to 8 digits and a unit, and nothing else.
class GrpcTimeoutTest {
  @ParameterizedTest
  @CsvSource({
    "1H, PT1H",
    "2M, PT2M",
    "3S, PT3S",
    "250m, PT0.25S",
    "7u, PT0.000007S",
    "99999999n, PT0.099999999S",
    "0S, PT0S"
  })
  void readsEveryUnit(String text, Duration expected) {
    assertThat(GrpcTimeout.parse(text).orThrow()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S", "1", "1s", "-1S", "1.5S", "123456789S", "1SS", " 1S", "1 S"})
  void refusesAllElse(String text) {
    assertThat(GrpcTimeout.parse(text)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void nobodyNeedsToNameOne() {
    assertThat(GrpcTimeout.of(List.of(new Field("x", "1S")))).isNull();
  }
}
