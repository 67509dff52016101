package dev.ambit.control.credential.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.Material;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever a token endpoint answers, what is wrong with it is said in words of our own.
class TokenResponseTest {
  private static final String TOKEN = "t0ken.of-a~secret";
  private static final String GOOD =
      "{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"bearer\",\"expires_in\":300}";

  @Test
  void readsWhatIsWellFormed() {
    var response = read(GOOD);
    assertThat(response.defect()).isEmpty();
    assertThat(response.expiresIn()).hasValue(300);
    assertThat(text(response.token())).isEqualTo(TOKEN);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no expires_in     | {'access_token':'T','token_type':'Bearer'} | expires_in: missing",
        "expires_in 0      | {'access_token':'T','token_type':'Bearer','expires_in':0} | expires_in: missing or unusable",
        "expires_in < 0    | {'access_token':'T','token_type':'Bearer','expires_in':-5} | expires_in: missing or unusable",
        "expires_in huge   | {'access_token':'T','token_type':'Bearer','expires_in':99999999999} | expires_in: missing or unusable",
        "expires_in > long | {'access_token':'T','token_type':'Bearer','expires_in':99999999999999999999} | answer: malformed JSON",
        "expires_in 1e3    | {'access_token':'T','token_type':'Bearer','expires_in':1e3} | expires_in: missing or unusable",
        "expires_in text   | {'access_token':'T','token_type':'Bearer','expires_in':'300'} | expires_in: missing or unusable",
        "token_type MAC    | {'access_token':'T','token_type':'mac','expires_in':300} | token_type: another",
        "no token_type     | {'access_token':'T','expires_in':300} | token_type: another",
        "token_type number | {'access_token':'T','token_type':1,'expires_in':300} | token_type: another",
        "token twice       | {'access_token':'T','access_token':'T2','token_type':'Bearer','expires_in':300} | answer: malformed JSON",
        "lives twice       | {'access_token':'T','token_type':'Bearer','expires_in':1,'expires_in':2} | answer: malformed JSON",
        "not JSON          | access_token=T&token_type=Bearer | answer: malformed JSON",
        "HTML              | <html>T</html> | answer: malformed JSON",
        "an array          | [{'access_token':'T'}] | answer: no JSON object",
        "nothing           | `` | answer: no JSON object",
        "null              | null | answer: no JSON object",
        "cut short         | {'access_token':'T','token_type':'Bea | answer: malformed JSON",
        "two values        | {'access_token':'T','token_type':'Bearer','expires_in':300}{} | answer: more than one JSON value",
        "token a number    | {'access_token':7,'token_type':'Bearer','expires_in':300} | access_token: no string",
        "token empty       | {'access_token':'','token_type':'Bearer','expires_in':300} | access_token: no string",
        "token of two lines | {'access_token':'T\\r\\nX: y','token_type':'Bearer','expires_in':300} | access_token: not usable in a header",
        "scope a list      | {'access_token':'T','token_type':'Bearer','expires_in':300,'scope':['a']} | scope: no string",
        "a refresh token   | {'access_token':'T','token_type':'Bearer','expires_in':300,'refresh_token':'R'} | refresh_token: came along",
        "deep              | {'a':[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],'access_token':'T'} | answer: malformed JSON"
      })
  void namesWhatIsWrongAndRepeatsNothing(String name, String body, String defect) {
    var response = read(body.replace('\'', '"').replace("\"T\"", "\"" + TOKEN + "\""));
    assertThat(response.defect().orElse("none")).as(name).startsWith(defect).doesNotContain(TOKEN);
    assertThat(response.toString()).as(name).doesNotContain(TOKEN);
  }

  @Test
  void refusesATokenThatIsTooLong() {
    var response = read(GOOD.replace(TOKEN, "x".repeat(12 * 1_024 + 1)));
    assertThat(response.defect().orElse("none")).startsWith("access_token: not usable in a header");
    // It may live, so it is kept to be revoked.
    assertThat(response.token()).isNotNull();
  }

  @Test
  void keepsATokenThatCameBeforeWhatIsWrong() {
    assertThat(text(read(GOOD.replace("}", ",}")).token())).isEqualTo(TOKEN);
  }

  private static TokenResponse read(String body) {
    return TokenResponse.read(new Material(body.getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(@Nullable Material token) {
    return token == null ? "none" : new String(token.bytes(), StandardCharsets.UTF_8);
  }
}
