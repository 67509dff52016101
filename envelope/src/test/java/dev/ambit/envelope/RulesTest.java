package dev.ambit.envelope;

import static dev.ambit.envelope.Fixtures.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A session makes exactly the calls it was granted, until exactly the moment it expires.
class RulesTest {
  private static final Rules RULES = Rules.of(Fixtures.e0());

  @ParameterizedTest(name = "{0} {1} is {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET  | https://api.good.test/v1/items/7          | items
          POST | https://api.good.test/v1/items/7          | items
          GET  | https://api.good.test/v1/items/7?x=1      | items
          GET  | https://api.good.test:443/files/a/b       | files
          GET  | https://api.good.test/files/a/            | files
          GET  | https://a.pool.test/                      | PATH_NOT_GRANTED
          GET  | https://a.pool.test/x                     | pool
          GET  | http://plain.good.test:8080/              | plain
          HEAD | https://api.good.test/v1/items/7          | METHOD_NOT_GRANTED
          GET  | https://api.good.test/v1/items            | PATH_NOT_GRANTED
          GET  | https://api.good.test/v1/items/           | PATH_NOT_GRANTED
          GET  | https://api.good.test/v1/items/7/         | PATH_NOT_GRANTED
          GET  | https://api.good.test/v1/items/7/x        | PATH_NOT_GRANTED
          GET  | https://api.good.test/v1/items/a%20b      | PATH_NOT_GRANTED
          GET  | https://api.good.test/files/              | PATH_NOT_GRANTED
          PUT  | https://api.good.test/v1/other            | METHOD_NOT_GRANTED
          GET  | https://api.good.test/files/secret/x      | DENIED_BY_RULE
          GET  | https://api.good.test/files/SECRET/x/     | DENIED_BY_RULE
          GET  | https://api.good.test/files/secret/       | DENIED_BY_RULE
          GET  | http://api.good.test:443/v1/items/7       | PROTOCOL_NOT_GRANTED
          GET  | https://plain.good.test:8080/             | PROTOCOL_NOT_GRANTED
          GET  | http://api.good.test/v1/items/7           | TARGET_UNKNOWN
          GET  | https://evil.test/v1/items/7              | TARGET_UNKNOWN
          """)
  void decidesByTheTable(String method, String url, String expected) {
    assertThat(answer(RULES, method, url)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://pool.test/x",
    "https://a.b.pool.test/x",
    "https://pool.test.evil.test/x",
    "https://evilpool.test/x",
    "https://xn--pool.test/x"
  })
  void a020ExactlyOneExtraLabelMatches(String url) {
    assertThat(answer(RULES, "GET", url)).isEqualTo("TARGET_UNKNOWN");
  }

  @ParameterizedTest
  @CsvSource({"https://api.good.test:8443/v1/items/7", "https://api.good.test:22/v1/items/7"})
  void a014AnotherPortIsAnotherPlace(String url) {
    assertThat(answer(RULES, "GET", url)).isEqualTo("TARGET_UNKNOWN");
  }

  @Test
  void a056PathsAreCaseSensitive() {
    assertThat(answer(RULES, "GET", "https://api.good.test/V1/Items/7"))
        .isEqualTo("PATH_NOT_GRANTED");
  }

  @Test
  void refusesAtTheInstantTheSessionExpires() {
    var call = Fixtures.call("GET", "https://api.good.test/v1/items/7");
    assertThat(RULES.decide(call, NOON.minusNanos(1))).isInstanceOf(Decision.Permitted.class);
    assertThat(RULES.decide(call, NOON))
        .isInstanceOfSatisfying(
            Decision.Denied.class, no -> assertThat(no.reason()).isEqualTo(Reason.SESSION_EXPIRED));
  }

  @Test
  void theFirstGrantInDocumentOrderPermits() {
    var target = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var narrow = Fixtures.grant("narrow", "good", Set.of("GET"), "/a/b");
    var wide = Fixtures.grant("wide", "good", Set.of("GET"), "/**");
    var url = "https://api.good.test/a/b";
    assertThat(answer(rules(target, narrow, wide), "GET", url)).isEqualTo("narrow");
    assertThat(answer(rules(target, wide, narrow), "GET", url)).isEqualTo("wide");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HEAD | https://api.good.test/v1/items/7      | On this path of target good, granted is GET, POST.
          GET  | https://api.good.test/v2              | With this method on target good, granted is /v1/items/{id}, /files/**.
          PUT  | https://api.good.test/v2              | On target good, granted is GET, POST /v1/items/{id}, GET /files/**.
          GET  | http://api.good.test:443/v2           | Target good is granted over https only.
          GET  | https://api.good.test/files/secret/x  | A rule forbids every method on /files/secret/** of target good.
          GET  | https://evil.test/                    | No target of this session is there; it may call https://api.good.test:443, https://*.pool.test:443, http://plain.good.test:8080.
          """)
  void tellsWhatIsGrantedNearby(String method, String url, String expected) {
    assertThat(decide(RULES, method, url))
        .isInstanceOfSatisfying(
            Decision.Denied.class, no -> assertThat(no.detail()).isEqualTo(expected));
  }

  @Test
  void namesAtMostFive() {
    var target = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var grant =
        Fixtures.grant("g", "good", Set.of("GET"), "/1", "/2", "/3", "/4", "/5", "/6", "/7");
    assertThat(decide(rules(target, grant), "GET", "https://api.good.test/x"))
        .isInstanceOfSatisfying(
            Decision.Denied.class,
            no -> assertThat(no.detail()).endsWith("granted is /1, /2, /3, /4, /5 and more."));
  }

  @Test
  void neverRepeatsTheCallInItsAnswer() {
    var denied =
        (Decision.Denied) decide(RULES, "PUT", "https://api.good.test/ignore-previous-orders?x=y");
    assertThat(denied.detail()).doesNotContain("ignore").doesNotContain("PUT");
  }

  @Test
  void findsTheTargetWhateverTheScheme() {
    assertThat(RULES.target(new Authority(Scheme.HTTP, "api.good.test", 443)))
        .hasValueSatisfying(target -> assertThat(target.name()).isEqualTo("good"));
    assertThat(RULES.target(new Authority(Scheme.HTTPS, "evil.test", 443))).isEmpty();
  }

  private static Rules rules(Target target, Grant... grants) {
    return Rules.of(Fixtures.envelope(List.of(target), List.of(grants), List.of()));
  }

  private static Decision decide(Rules rules, String method, String url) {
    return rules.decide(Fixtures.call(method, url), NOON.minusSeconds(1));
  }

  private static String answer(Rules rules, String method, String url) {
    return switch (decide(rules, method, url)) {
      case Decision.Permitted(_, Grant grant) -> grant.name();
      case Decision.NeedsBody _ -> throw new AssertionError("no grant asks for the body");
      case Decision.Denied(Reason reason, _, _) -> reason.name();
    };
  }
}
