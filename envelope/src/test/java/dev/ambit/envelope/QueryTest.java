package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A query is a list of parameters that everyone would split alike.
class QueryTest {
  @ParameterizedTest
  @CsvSource({
    "a=1, a=1",
    "a=1&b=2, a=1&b=2",
    "a, a",
    "a=, a=",
    "a=b=c, a=b=c",
    "&a&&b&, a&b",
    "q=%2f%20+%c3%a9[]{}, q=%2f%20+%c3%a9[]{}",
    "a?/:@=1, a?/:@=1"
  })
  void isSentAsItWasReadWithoutEmptyParameters(String raw, String text) {
    assertThat(Query.parse(raw).orThrow().text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=1;b=2",
        "a#b",
        "a b",
        "a\tb",
        "a\r\nb",
        "\u00e9",
        "a\u0000",
        "%",
        "%2",
        "%zz=1",
        "a=%zz",
        "a=%00",
        "%00",
        "%0a=1",
        "%c0%ae=1",
        "%ff=1",
        "\u007f"
      })
  void refusesWhatServersReadDifferently(String raw) {
    assertThat(Query.parse(raw)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void namesAreDecodedOnce() {
    assertThat(Query.parse("api%5Fkey=x&%2561=y").orThrow().parameters())
        .extracting(Query.Parameter::name)
        .containsExactly("api_key", "%61");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api_key=s",
        "API_KEY=s",
        "api%5fkey=s",
        "apikey=s",
        "access_token=s",
        "api.key=s",
        "+api_key=s",
        "api%20key=s",
        "api_key[]=s",
        "api_key%5b0%5d=s",
        "X-Amz-Signature=s",
        "x-amz-credential=s",
        "X-Goog-Signature=s",
        "_method=DELETE",
        "api_key"
      })
  void a112CredentialsOfTheAgentsOwnAreTakenAway(String parameter) {
    assertThat(Query.parse("a=1&" + parameter + "&b=2").orThrow().without(StripList::query).text())
        .isEqualTo("a=1&b=2");
  }

  @Test
  void isBounded() {
    assertThat(Query.parse("a".repeat(Query.LENGTH_MAX))).isInstanceOf(Parsed.Ok.class);
    assertThat(Query.parse("a".repeat(Query.LENGTH_MAX + 1))).isInstanceOf(Parsed.Malformed.class);
    assertThat(Query.parse("a&".repeat(Query.PARAMETERS_MAX))).isInstanceOf(Parsed.Ok.class);
    assertThat(Query.parse("a&".repeat(Query.PARAMETERS_MAX + 1)))
        .isInstanceOf(Parsed.Malformed.class);
  }
}
