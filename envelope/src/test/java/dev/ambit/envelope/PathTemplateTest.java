package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A template covers exactly the paths it shows.
class PathTemplateTest {
  @ParameterizedTest(name = "{0} matches {1}: {2}, loosely: {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /             | /          | true  | true
          /             | /a         | false | false
          /a            | /a         | true  | true
          /a            | /a/        | false | true
          /a            | /A         | false | true
          /a/           | /a/        | true  | true
          /a/           | /a         | false | false
          /{x}          | /a         | true  | true
          /{x}          | /          | false | true
          /{x}          | /a:b       | false | true
          /{x}          | /a%20b     | false | true
          /{x}/b        | /a/b       | true  | true
          /{x}/b        | /a/c       | false | false
          /**           | /a         | true  | true
          /**           | /a/b/      | true  | true
          /**           | /          | false | true
          /a/**         | /a         | false | false
          /a/**         | /a/        | false | true
          /a/**         | /a/b/c     | true  | true
          /a/**         | /ab/c      | false | false
          /a/{x}/**     | /a/b       | false | false
          /a/{x}/**     | /a/b/c     | true  | true
          /caf%C3%A9    | /caf%c3%a9 | true  | true
          """)
  void matchesByTheTable(String template, String path, boolean exactly, boolean loosely) {
    var parsed = PathTemplate.parse(template).orThrow();
    var given = CanonicalPath.parse(path).orThrow();
    assertThat(parsed.matches(given)).isEqualTo(exactly);
    assertThat(parsed.matchesLoosely(given)).isEqualTo(loosely);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "/a//b",
        "/**/a",
        "/a**",
        "/*",
        "/a*b",
        "/{}",
        "/{a",
        "/a}",
        "/{a}b",
        "/x{a}",
        "/{a-b}",
        "/{1}",
        "/${a}",
        "/a/../b",
        "/a;b",
        "/a%2fb",
        "/%61",
        "/caf%c3%a9",
        "/caf\u00e9",
        "/a b",
        "/a?b"
      })
  void refusesWhatItCouldNotMean(String template) {
    assertThat(PathTemplate.parse(template)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void templatesAreBounded() {
    var longest = "/" + "a".repeat(PathTemplate.LENGTH_MAX - 1);
    assertThat(PathTemplate.parse(longest)).isInstanceOf(Parsed.Ok.class);
    assertThat(PathTemplate.parse(longest + "a")).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void bindsTheParametersItKnowsAndLeavesTheRestFree() {
    var template = PathTemplate.parse("/o/{owner}/{id}/**").orThrow();
    assertThat(template.names()).containsExactly("owner", "id");
    var bound = template.bind(Map.of("owner", "acme", "other", "x"));
    assertThat(bound).isEqualTo(PathTemplate.parse("/o/acme/{id}/**").orThrow());
    assertThat(bound.matches(CanonicalPath.parse("/o/acme/7/x").orThrow())).isTrue();
    assertThat(bound.matches(CanonicalPath.parse("/o/evil/7/x").orThrow())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "%2e", "{id}", "**", "a b", "\u00e9", "a;b"})
  void aValueCannotSmuggleStructure(String value) {
    var template = PathTemplate.parse("/o/{owner}").orThrow();
    assertThat(PathTemplate.fits(value)).isFalse();
    assertThatThrownBy(() -> template.bind(Map.of("owner", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("parameters.owner: ");
  }

  @Test
  void matchesAsANaiveReferenceDoes() {
    var seed = 99L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    var matched = 0;
    for (var round = 0; round < 100_000; round++) {
      var template = text(random, "a", "b", "{x}", "{y}") + (random.nextInt(3) == 0 ? "/**" : "");
      var path = text(random, "a", "b", "c", "a:b") + (random.nextInt(4) == 0 ? "/" : "");
      var expected = naive(template, path);
      matched += expected ? 1 : 0;
      assertThat(
              PathTemplate.parse(template).orThrow().matches(CanonicalPath.parse(path).orThrow()))
          .as("seed %d, %s, %s", seed, template, path)
          .isEqualTo(expected);
    }
    assertThat(matched).isGreaterThan(1_000);
  }

  @Test
  void whatMatchesAlsoMatchesLoosely() {
    var seed = 100L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (var round = 0; round < 50_000; round++) {
      var template =
          PathTemplate.parse(text(random, "a", "b", "{x}") + (random.nextBoolean() ? "/**" : ""))
              .orThrow();
      var path =
          CanonicalPath.parse(text(random, "a", "b", "c") + (random.nextBoolean() ? "/" : ""))
              .orThrow();
      assertThat(!template.matches(path) || template.matchesLoosely(path))
          .as("seed %d, %s, %s", seed, template, path)
          .isTrue();
    }
  }

  private static String text(RandomGenerator random, String... pieces) {
    var text = new StringBuilder();
    for (var count = random.nextInt(1, 5); count > 0; count--) {
      text.append('/').append(pieces[random.nextInt(pieces.length)]);
    }
    return text.toString();
  }

  /// As one would say it with a regular expression.
  private static boolean naive(String template, String path) {
    var regex = new StringBuilder();
    for (var piece : List.of(template.substring(1).split("/"))) {
      regex.append('/');
      if (piece.equals("**")) {
        regex.append("[^/]+(/.*)?");
      } else if (piece.startsWith("{")) {
        regex.append("[A-Za-z0-9._~-]+");
      } else {
        regex.append(Pattern.quote(piece));
      }
    }
    return path.matches(regex.toString());
  }
}
