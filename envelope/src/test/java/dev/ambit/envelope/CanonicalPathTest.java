package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A path has one meaning, and the path that is judged is the path that is sent.
class CanonicalPathTest {
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /                     | /
          /v1/items/7           | /v1/items/7
          /v1/items/            | /v1/items/
          /%61%7E%2D%2e%5fb     | /a~-._b
          /a%20b                | /a%20b
          /caf%c3%a9            | /caf%C3%A9
          /%e2%82%ac%f0%9f%98%80 | /%E2%82%AC%F0%9F%98%80
          /a%3a%40%24%26%27%28%29%2a%2c%3d%21 | /a:@$&'()*,=!
          /a+b%2bc              | /a+b%2Bc
          /a%3fb%23c            | /a%3Fb%23c
          /...a/a..b/.well-known | /...a/a..b/.well-known
          /compare/a...b        | /compare/a...b
          """)
  void hasOneSpelling(String raw, String expected) {
    assertThat(CanonicalPath.parse(raw).orThrow().text()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/items/../admin",
        "/v1/items/%2e%2e/admin",
        "/v1/items/.%2e/admin",
        "/v1/items/%2E%2e/admin",
        "/v1/./items",
        "/v1/items/.",
        "/v1/items/..",
        "/..",
        "/.",
        "/.../a",
        "/..%20/a",
        "/%20../a",
        "/.%20./a"
      })
  void a050DotSegmentsAreRefusedInAnySpelling(String raw) {
    refuses(raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/items/..;/admin",
        "/v1/items;x=1/7",
        "/v1/items/%2e%2e;/admin",
        "/a%3bb",
        "/;"
      })
  void a051PathParametersAreRefused(String raw) {
    refuses(raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/%252e%252e",
        "/%25%32%66",
        "/%c0%ae",
        "/%c0%af",
        "/%c1%9c",
        "/%e0%80%af",
        "/%f0%80%80%af",
        "/%ed%a0%80",
        "/%f4%90%80%80",
        "/%f5%80%80%80",
        "/%80",
        "/%c3",
        "/%c3a",
        "/%c3%28",
        "/%e2%82",
        "/%c2%85",
        "/%u002e",
        "/%",
        "/%2",
        "/%zz",
        "/%2g"
      })
  void a052EscapesThatHideStructureAreRefused(String raw) {
    refuses(raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a\u0000b",
        "/a\tb",
        "/a\rb",
        "/a\nb",
        "/a\u007fb",
        "/a b",
        "/a#frag",
        "/caf\u00e9",
        "/a%00b",
        "/a%0d%0ab",
        "/a%09",
        "/a%7f",
        "/a?b",
        "/a\"b",
        "/<a>",
        "/a[0]",
        "/{a}",
        "/a|b",
        "/a^b",
        "/a`b"
      })
  void a054CharactersOutOfPlaceAreRefused(String raw) {
    refuses(raw);
  }

  @Test
  void a054PathsAreBounded() {
    var longest = "/" + "a".repeat(CanonicalPath.LENGTH_MAX - 1);
    assertThat(CanonicalPath.parse(longest).orThrow().text()).isEqualTo(longest);
    refuses(longest + "a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "a", "api.good.test:443", "http://evil/", "//evil.test/", "/a//b"})
  void a057WhatIsNoAbsolutePathIsRefused(String raw) {
    refuses(raw);
  }

  @Test
  void a057AnAddressInsideAPathIsOnlyAPath() {
    assertThat(CanonicalPath.parse("/http:/evil/").orThrow().segments())
        .containsExactly("http:", "evil", "");
    refuses("/http://evil/"); // only a path, and one with an empty segment
  }

  @Test
  void whatIsAcceptedIsAFixedPointWithoutDotSegments() {
    var seed = 815L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    String[] pieces = {
      "/", "a", "B", ".", "..", "%2e", "%2E", "%61", "%20", "%2f", "%5c", ";", "%c3%a9", "%C3%A9",
      "%c0%ae", "~", "+", "%2b", ":", "@", "%40", "%25", "\u00e9", "%", "7"
    };
    var accepted = 0;
    for (var round = 0; round < 300_000; round++) {
      var raw = new StringBuilder("/");
      for (var count = random.nextInt(8); count > 0; count--) {
        raw.append(pieces[random.nextInt(pieces.length)]);
      }
      if (CanonicalPath.parse(raw) instanceof Parsed.Ok<CanonicalPath>(CanonicalPath path)) {
        accepted++;
        assertThat(CanonicalPath.parse(path.text()))
            .as("seed %d, raw %s", seed, raw)
            .isEqualTo(Parsed.ok(path));
        assertThat("/" + String.join("/", path.segments())).isEqualTo(path.text());
        assertThat(path.segments()).doesNotContain(".", "..");
        assertThat(path.text()).doesNotContain(";", "\\", "%2F", "%2E", "%5C", "%25", "//");
      }
    }
    assertThat(accepted).isGreaterThan(10_000);
  }

  private static void refuses(String raw) {
    assertThat(CanonicalPath.parse(raw)).isInstanceOf(Parsed.Malformed.class);
  }
}
