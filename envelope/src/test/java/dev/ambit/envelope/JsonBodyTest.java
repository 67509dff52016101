package dev.ambit.envelope;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A judged body is JSON with one meaning, and what is sent is what was judged.
class JsonBodyTest {
  @Test
  void writesWhatItReadWithoutWhiteSpaceAndInOrder() {
    assertThat(
            rewritten(
                " { \"b\" : [ 1 , -0.5, true,null ],\n\"a\":{\"\\u0063\":\"d\\u00e9\\n\"} } "))
        .isEqualTo("{\"b\":[1,-0.5,true,null],\"a\":{\"c\":\"dé\\n\"}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}{}",
        "{} x",
        "{}\u0000",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "[1,]",
        "// c\n{}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":5.}",
        "{\"a\":01}",
        "\ufeff{}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"\\ud800\":1}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\\u0000\":1}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x41\"}"
      })
  void a134RefusesWhatIsNoJsonOrTwo(String text) {
    assertThat(JsonBody.parse(text.getBytes(UTF_8))).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
        "[[{\"a\":1},{\"a\":1,\"a\":1}]]"
      })
  void a130RefusesAMemberTwiceAtAnyDepth(String text) {
    assertThat(JsonBody.parse(text.getBytes(UTF_8))).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e2",
        "1E400",
        "-0",
        "-0.0",
        "1.0",
        "0.10",
        "9007199254740992",
        "-9007199254740992",
        "123456789012345678901234567890",
        "0.1234567890123456789",
        "0.30000000000000004000001"
      })
  void refusesNumbersThatParsersReadDifferently(String number) {
    assertThat(JsonBody.parse(("[" + number + "]").getBytes(UTF_8)))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "-1", "10", "9007199254740991", "0.5", "-0.25", "1.5", "0.30000000000000004"})
  void keepsNumbersThatEveryParserReadsTheSame(String number) {
    assertThat(rewritten("[" + number + "]")).isEqualTo("[" + number + "]");
  }

  @Test
  void refusesOtherEncodings() {
    assertThat(JsonBody.parse("{\"a\":1}".getBytes(UTF_16LE))).isInstanceOf(Parsed.Malformed.class);
    // A slash in two bytes, and half a character.
    for (var bytes :
        List.of(new byte[] {'"', (byte) 0xc0, (byte) 0xaf, '"'}, new byte[] {'"', -61, '"'})) {
      assertThat(JsonBody.parse(bytes))
          .isEqualTo(Parsed.malformed("body: another encoding (expected: JSON in UTF-8)"));
    }
  }

  @Test
  void depthValuesAndNamesHaveABound() {
    var deepest = "[".repeat(JsonBody.DEPTH_MAX) + "]".repeat(JsonBody.DEPTH_MAX);
    assertThat(rewritten(deepest)).isEqualTo(deepest);
    assertThat(JsonBody.parse(("[" + deepest + "]").getBytes(UTF_8)))
        .isInstanceOf(Parsed.Malformed.class);
    assertThat(JsonBody.parse("[".repeat(100_000).getBytes(UTF_8)))
        .isInstanceOf(Parsed.Malformed.class);
    var most = "[" + "1,".repeat(JsonBody.VALUES_MAX - 2) + "1]";
    assertThat(rewritten(most)).isEqualTo(most);
    assertThat(JsonBody.parse(("[1," + most.substring(1)).getBytes(UTF_8)))
        .isEqualTo(Parsed.malformed("body: too many values (expected: at most 10000)"));
    assertThat(JsonBody.parse(("{\"" + "n".repeat(1_025) + "\":1}").getBytes(UTF_8)))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void whatIsWrittenReadsAsTheSameValue() {
    var seed = 20_260_301L;
    var random = new Random(seed);
    for (var round = 0; round < 2_000; round++) {
      var value = random(random, 4);
      assertThat(JsonBody.parse(JsonBody.write(value)))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(Parsed.ok(value));
    }
  }

  /// A body of random shape; names and strings of few characters, so that some are alike.
  static Json random(Random random, int depth) {
    var kind = random.nextInt(depth == 0 ? 4 : 6);
    return switch (kind) {
      case 0 -> new Json.Text(text(random));
      case 1 -> new JsonNumber(Integer.toString(random.nextInt(-50, 50)));
      case 2 -> new Json.Truth(random.nextBoolean());
      case 3 -> new Json.Nothing();
      case 4 -> {
        var members = new LinkedHashMap<String, Json>();
        for (var i = random.nextInt(4); i > 0; i--) {
          members.put(text(random), random(random, depth - 1));
        }
        yield new Json.Members(members);
      }
      default -> {
        var items = new ArrayList<Json>();
        for (var i = random.nextInt(4); i > 0; i--) {
          items.add(random(random, depth - 1));
        }
        yield new Json.Items(items);
      }
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (var i = random.nextInt(3); i > 0; i--) {
      text.appendCodePoint(
          List.of((int) 'a', (int) 'A', (int) 'b', (int) '/', (int) '"', 0x1f600)
              .get(random.nextInt(6)));
    }
    return text.toString();
  }

  private static String rewritten(String text) {
    return new String(JsonBody.write(JsonBody.parse(text.getBytes(UTF_8)).orThrow()), UTF_8);
  }
}
