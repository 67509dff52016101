package dev.ambit.spiffe.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// SPIFFE IDs have one spelling, and everything else is refused (SPIFFE-ID 2).
class SpiffeIdsTest {
  @ParameterizedTest
  @CsvSource({
    "spiffe://example.org, example.org, false",
    "spiffe://example.org/a, example.org, true",
    "spiffe://e_x-a.m.0/ns/Prod/sa/a-b_c.d, e_x-a.m.0, true",
    "spiffe://a/.../..a, a, true",
    "spiffe://192.0.2.1/a, 192.0.2.1, true",
  })
  void takesIdsApart(String id, String trustDomain, boolean workload) {
    assertThat(SpiffeIds.check(id)).isEqualTo(id);
    assertThat(SpiffeIds.trustDomain(id)).isEqualTo(trustDomain);
    assertThat(SpiffeIds.isWorkload(id)).isEqualTo(workload);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe",
        "spiffe:",
        "spiffe://",
        "spiffe:///a",
        "SPIFFE://example.org/a",
        "spiffe:/example.org/a",
        "https://example.org/a",
        " spiffe://example.org/a",
        "spiffe://example.org/a ",
        "spiffe://example.org/",
        "spiffe://example.org//a",
        "spiffe://example.org/a/",
        "spiffe://example.org/a//b",
        "spiffe://example.org/.",
        "spiffe://example.org/..",
        "spiffe://example.org/a/./b",
        "spiffe://example.org/a/../b",
        "spiffe://example.org/a%2fb",
        "spiffe://example.org/a\\b",
        "spiffe://example.org/a?q",
        "spiffe://example.org/a#f",
        "spiffe://example.org/a*",
        "spiffe://example.org/a\0",
        "spiffe://example.org/a\n",
        "spiffe://example.org/\u00e4",
        "spiffe://example.org/\uff41",
        "spiffe://Example.org/a",
        "spiffe://example.org:443/a",
        "spiffe://user@example.org/a",
        "spiffe://[::1]/a",
        "spiffe://ex%61mple.org/a",
        "spiffe://ex\u00e4mple.org/a",
        "spiffe://example.org?a",
        "spiffe://example.org#a",
      })
  void refusesEveryOtherSpelling(String text) {
    assertThatThrownBy(() -> SpiffeIds.check(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("SPIFFE ID: [ -~]+ \\(expected: [ -~]+\\)")
        .hasMessageNotContaining("example.org");
  }

  @Test
  void boundsLength() {
    var longest = "spiffe://" + "d".repeat(255) + "/" + "p".repeat(2048 - 9 - 255 - 1);
    assertThat(SpiffeIds.check(longest)).hasSize(2048);
    assertThatThrownBy(() -> SpiffeIds.check(longest + "p"))
        .hasMessage("SPIFFE ID: 2049 characters (expected: at most 2048)");
    assertThatThrownBy(() -> SpiffeIds.check("spiffe://" + "d".repeat(256) + "/a"))
        .hasMessage("SPIFFE ID: trust domain of 256 characters (expected: 1 to 255)");
  }
}
