package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A short pattern can be a large program; ordinary ones are not.
class PatternCostTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{900}){900}){900}",
        "(?:(?:[a-z]{100}){100}){100}",
        "(a{1,1000}b{1,1000}){1,1000}",
        "((((x{20}){20}){20}){20})",
        "(a{1000,}){1000,}"
      })
  void a154RefusesNestedCounts(String pattern) {
    assertThat(PatternCost.tooLarge(pattern)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[A-Za-z0-9-]{1,39}",
        "[A-Za-z0-9._-]{1,100}",
        "[0-9]{1,9}",
        "(?:[a-z]{1,63}\\.){1,4}[a-z]{2,63}",
        "\\{a{3}",
        "[]{]{5}",
        "a{",
        ")",
        "(",
        "\\"
      })
  void admitsOrdinaryOnesAndLeavesBrokenOnesToTheCompiler(String pattern) {
    assertThat(PatternCost.tooLarge(pattern)).isFalse();
  }
}
