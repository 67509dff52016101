package dev.ambit.spiffe.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A policy admits exactly whom its patterns name.
class PeerPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "spiffe://a/b, spiffe://a/b, true",
    "spiffe://a/b, spiffe://a/bc, false",
    "spiffe://a/b, spiffe://a/B, false",
    "spiffe://a/b, spiffe://a, false",
    "spiffe://a/b, spiffe://c/b, false",
    "spiffe://a, spiffe://a, true",
    "spiffe://a, spiffe://a/b, false",
    "spiffe://a/b/*, spiffe://a/b/c, true",
    "spiffe://a/b/*, spiffe://a/b, false",
    "spiffe://a/b/*, spiffe://a/b/c/d, false",
    "spiffe://a/b/*, spiffe://a/bc, false",
    "spiffe://a/b*, spiffe://a/bc, true",
    "spiffe://a/b*, spiffe://a/b, false",
    "spiffe://a/b*, spiffe://a/b/c, false",
    "spiffe://a/*, spiffe://a/b, true",
    "spiffe://a/*, spiffe://ab/c, false",
    "spiffe://a/**, spiffe://a/b, true",
    "spiffe://a/**, spiffe://a/b/c/d, true",
    "spiffe://a/**, spiffe://a, false",
    "spiffe://a/**, spiffe://ab/c, false",
    "spiffe://a/**, spiffe://a.b/c, false",
    "spiffe://a/b/**, spiffe://a/b/c/d, true",
    "spiffe://a/b/**, spiffe://a/b, false",
    "spiffe://a/b/**, spiffe://a/bc/d, false",
  })
  void admitsWhomAPatternNames(String pattern, String id, boolean admitted) {
    assertThat(PeerPolicy.of(pattern).admits(id)).isEqualTo(admitted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "**",
        "/**",
        "spiffe://*",
        "spiffe://**",
        "spiffe://***",
        "spiffe:///**",
        "spiffe://a*",
        "spiffe://a**",
        "spiffe://a/b**",
        "spiffe://a/***",
        "spiffe://*/b",
        "spiffe://a/*/b",
        "spiffe://a/**/b",
        "spiffe://a/*b",
        "spiffe://a//*",
        "spiffe://a//**",
        "spiffe://a/../*",
        "spiffe://A/*",
        "spiffe://a/b ",
      })
  void refusesAPatternThatWouldMeanSomethingElse(String pattern) {
    assertThatThrownBy(() -> PeerPolicy.of(pattern)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void admitsAWholeTrustDomainByItsName() {
    assertThat(PeerPolicy.trustDomain("example.org"))
        .isEqualTo(PeerPolicy.of("spiffe://example.org/**"));
    assertThatThrownBy(() -> PeerPolicy.trustDomain("*"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PeerPolicy.trustDomain(""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void admitsNobodyWithoutPatternsAndWhomAnyOfThemNames() {
    assertThat(PeerPolicy.of().admits("spiffe://a/b")).isFalse();
    assertThat(PeerPolicy.of("spiffe://a/b", "spiffe://c/*").admits("spiffe://c/d")).isTrue();
  }

  @Test
  void boundsThePatternsAndShowsFew() {
    var most = new PeerPolicy(Collections.nCopies(1000, "spiffe://a/b"));
    assertThat(most).hasToString("[" + "spiffe://a/b, ".repeat(4) + "spiffe://a/b and 995 more]");
    assertThat(PeerPolicy.of("spiffe://a/b")).hasToString("[spiffe://a/b]");
    assertThatThrownBy(() -> new PeerPolicy(Collections.nCopies(1001, "spiffe://a/b")))
        .hasMessage("patterns: 1001 (expected: at most 1000)");
  }
}
