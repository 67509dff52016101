package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A pattern is one host, or all with exactly one label more.
class HostPatternTest {
  @ParameterizedTest
  @CsvSource({
    "*.good.test, a.good.test, true",
    "*.good.test, good.test, false",
    "*.good.test, a.b.good.test, false",
    "*.good.test, good.test.evil.test, false",
    "*.good.test, evilgood.test, false",
    "*.good.test, a.good.test.evil, false",
    "api.good.test, api.good.test, true",
    "API.good.test, api.good.test, true",
    "api.good.test, xapi.good.test, false"
  })
  void a020ExactlyOneLabelMore(String pattern, String host, boolean matches) {
    assertThat(HostPattern.parse(pattern).orThrow().matches(host)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*.",
        "**.a.test",
        "a.*.test",
        "a*.test",
        "*.*.test",
        "*a.test",
        "*.127.0.0.1",
        "*.[::1]",
        "*.1",
        "a.test:443",
        "a.test/",
        "127.1"
      })
  void refusesOtherWildcardsAndHosts(String pattern) {
    assertThat(HostPattern.parse(pattern)).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "a.test, a.test, true",
    "a.test, b.test, false",
    "*.a.test, *.a.test, true",
    "*.a.test, x.a.test, true",
    "*.a.test, a.test, false",
    "*.a.test, *.x.a.test, false",
    "*.test, *.a.test, false"
  })
  void overlapIsSymmetric(String left, String right, boolean overlap) {
    var one = HostPattern.parse(left).orThrow();
    var other = HostPattern.parse(right).orThrow();
    assertThat(one.overlaps(other)).isEqualTo(overlap);
    assertThat(other.overlaps(one)).isEqualTo(overlap);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, true",
    "a.localhost, true",
    "*.localhost, true",
    "metadata.google.internal, true",
    "*.google.internal, true",
    "127.0.0.1, true",
    "169.254.169.254, true",
    "[::1], true",
    "[fe80::1], true",
    "10.0.0.1, false",
    "8.8.8.8, false",
    "api.good.test, false"
  })
  void a024TheMachineItselfIsNoTarget(String pattern, boolean forbidden) {
    assertThat(HostPattern.parse(pattern).orThrow().forbidden()).isEqualTo(forbidden);
  }

  @Test
  void anIndexFindsTheTargetAndTellsConflicts() {
    var exact = Fixtures.target("exact", Protocol.HTTPS, 443, "a.good.test");
    var wild = Fixtures.target("wild", Protocol.HTTPS, 8443, "*.good.test");
    var index = TargetIndex.of(List.of(wild, exact));
    assertThat(index.find("a.good.test", 443)).isEqualTo(exact);
    assertThat(index.find("a.good.test", 8443)).isEqualTo(wild);
    assertThat(index.find("a.good.test", 80)).isNull();
    assertThat(index.find("good.test", 8443)).isNull();
    assertThat(index.find("localhost", 443)).isNull();
    assertThat(index.conflicts()).isEmpty();
    var rival = Fixtures.target("rival", Protocol.HTTP, 443, "*.good.test");
    assertThat(TargetIndex.of(List.of(exact, rival)).conflicts())
        .containsExactly(new TargetIndex.Conflict(exact, rival, "a.good.test", 443));
    assertThat(TargetIndex.of(List.of(rival, wild)).conflicts()).isEmpty();
  }
}
