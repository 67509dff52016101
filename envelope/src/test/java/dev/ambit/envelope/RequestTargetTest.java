package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A request target is taken apart in one way only.
class RequestTargetTest {
  @ParameterizedTest
  @CsvSource({
    "http://a.test, http://a.test:80, /, ''",
    "http://a.test?x=1, http://a.test:80, /, x=1",
    "https://A.test:8443/b%63?x=1?2, https://a.test:8443, /bc, x=1?2",
    "https://[::2]/, https://[::2]:443, /, ''"
  })
  void absoluteForm(String raw, String authority, String path, String query) {
    var target = RequestTarget.absolute(raw).orThrow();
    assertThat(target.authority()).hasToString(authority);
    assertThat(target.path().text()).isEqualTo(path);
    assertThat(target.query().text()).isEqualTo(query);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "*",
        "a.test:443",
        "ftp://a.test/",
        "HTTP://a.test/",
        "http:/a.test",
        "http:a.test",
        "http:///x",
        "http://@a.test/",
        "http://a.test@b.test/",
        "http://a.test:/",
        "http://a.test#x",
        "http://a.test/#x",
        "http://a.test\\@b.test/",
        "http://a.test/../b",
        "http://a.test//b",
        "https:// a.test/",
        " http://a.test/",
        "http://a.test/ HTTP/1.1",
        "http://a.test:80:90/"
      })
  void a057OtherAbsoluteFormsAreRefused(String raw) {
    assertThat(RequestTarget.absolute(raw)).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "a", "?x", "http://a.test/", "//a.test/", "/a#b", "/a?b#c", "/a b"})
  void a057OtherOriginFormsAreRefused(String raw) {
    assertThat(RequestTarget.origin(raw)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void originFormNamesNoAuthority() {
    var target = RequestTarget.origin("/a?b=c").orThrow();
    assertThat(target.authority()).isNull();
    assertThat(target.path().text()).isEqualTo("/a");
    assertThat(target.query().text()).isEqualTo("b=c");
    assertThat(RequestTarget.origin("/a?").orThrow().query()).isEqualTo(Query.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get",
        "GET\u0000",
        "GETX",
        "PRI",
        "TRACE",
        "TRACK",
        "CONNECT",
        "",
        " GET",
        "GET ",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void a060OtherMethodsAreRefused(String raw) {
    assertThat(Call.method(raw)).isInstanceOf(Parsed.Malformed.class);
    var call = Fixtures.call("GET", "https://a.test/");
    assertThatThrownBy(() -> new Call(call.authority(), raw, call.path(), call.query()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsAcceptedPrintsAndParsesToTheSame() {
    var seed = 7L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    String[] pieces = {
      "http://",
      "https://",
      "a.test",
      "/",
      "b",
      "?",
      "&",
      "=",
      "#",
      "@",
      ":",
      "80",
      "%61",
      "%2f",
      ".",
      "[::2]",
      " ",
      "\\",
      ";"
    };
    var accepted = 0;
    for (var round = 0; round < 300_000; round++) {
      var raw = new StringBuilder(random.nextBoolean() ? "http://a.test" : "");
      for (var count = random.nextInt(1, 7); count > 0; count--) {
        raw.append(pieces[random.nextInt(pieces.length)]);
      }
      if (RequestTarget.absolute(raw) instanceof Parsed.Ok<RequestTarget>(RequestTarget target)) {
        accepted++;
        var query = target.query().text();
        var printed =
            target.authority() + target.path().text() + (query.isEmpty() ? "" : "?" + query);
        assertThat(RequestTarget.absolute(printed))
            .as("seed %d, raw %s", seed, raw)
            .isEqualTo(Parsed.ok(target));
      }
    }
    assertThat(accepted).isGreaterThan(1_000);
  }
}
