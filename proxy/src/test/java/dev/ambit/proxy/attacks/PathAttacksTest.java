package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Axes;
import dev.ambit.envelope.BodyRule;
import dev.ambit.envelope.Constraint;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.3: what is judged is what is sent, on GOOD with its credential.
class PathAttacksTest extends AttackTest {
  private static final String ITEM = "/v1/items/7";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/items/../admin",
        "/v1/items/%2e%2e/admin",
        "/v1/items/.%2e/admin",
        "/v1/items/%2E%2e/admin",
        "/v1/items/%2E%2E/admin"
      })
  void a050LeadsNowhereByDotSegments(String path) throws Exception {
    malformedInside(get(path, site.goodHost()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/items/..;/admin", "/v1/items;x=1/7", "/v1/items/%2e%2e;/admin"})
  void a051RefusesPathParameters(String path) throws Exception {
    malformedInside(get(path, site.goodHost()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%2f", "%5c", "\\", "%252e%252e", "%25%32%66", "%c0%ae", "%u002e", "%2F", "%5C"})
  void a052DecodesOnceAndRefusesWhatHidesStructure(String escape) throws Exception {
    malformedInside(get("/v1/items/7" + escape, site.goodHost()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddCharacters")
  void a054RefusesCharactersOutOfPlaceAndLongPaths(String what, String odd) throws Exception {
    malformedInside(get("/v1/items/7" + odd, site.goodHost()));
  }

  static List<Object[]> oddCharacters() {
    return List.of(
        new Object[] {"NUL", "\0"},
        new Object[] {"tab", "\t"},
        new Object[] {"CR", "\r"},
        new Object[] {"LF", "\n"},
        new Object[] {"DEL", "\u007f"},
        new Object[] {"fragment", "#frag"},
        new Object[] {"raw non-ASCII", "\u00e9"},
        new Object[] {"raw UTF-8", new String("\u00e9".getBytes(UTF_8), ISO_8859_1)},
        new Object[] {"beyond 8 KiB", "a".repeat(8_192)});
  }

  @Test
  void a056TellsCasesApart() throws Exception {
    denied(
        site.insideGood().send(get("/V1/Items/7", site.goodHost())).answer(),
        403,
        "path_not_granted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET *", "OPTIONS *", "GET %", "/http://evil/"})
  void a057RefusesOtherFormsAndTakesAnAddressInAPathForAPath(String what) throws Exception {
    if (what.startsWith("/")) {
      // Its empty segment has two readings.
      malformedInside(get(what, site.goodHost()));
      denied(
          site.insideGood().send(get("/http:/evil/", site.goodHost())).answer(),
          403,
          "path_not_granted");
    } else {
      malformedInside(
          what.replace("%", site.goodHost())
              + " HTTP/1.1\r\nHost: "
              + site.goodHost()
              + "\r\n\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Host",
        "X-Forwarded-Prefix",
        "X-Forwarded-Path",
        "X-Forwarded-Proto",
        "Forwarded",
        "X-Host",
        "x-original-url",
        "X-FORWARDED-HOST"
      })
  void a059StripsWhatMakesAnUpstreamJudgeAnotherCall(String name) throws Exception {
    granted(site.insideGood().send(get(ITEM, site.goodHost(), name + ": /v1/admin\r\n")).answer());
    assertThat(site.good.heads.getFirst()).doesNotContain("/v1/admin");
    assertThat(notes()).contains("stripped:" + name.toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddMethods")
  void a060RefusesMethodsThatAreNotOnTheList(String method, int status, String reason)
      throws Exception {
    site.expect(reason);
    var agent = site.insideGood();
    var answer =
        agent
            .send(method + " " + ITEM + " HTTP/1.1\r\nHost: " + site.goodHost() + "\r\n\r\n")
            .answer();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(agent.closed()).isTrue();
    assertThat(site.good.connections).hasValue(0);
  }

  static List<Object[]> oddMethods() {
    return List.of(
        new Object[] {"get", 405, "unsupported"},
        new Object[] {"GET\0", 400, "malformed"},
        new Object[] {"GETX", 405, "unsupported"},
        new Object[] {"PRI", 405, "unsupported"},
        new Object[] {"TRACE", 405, "unsupported"},
        new Object[] {"TRACK", 405, "unsupported"},
        new Object[] {"CONNECT", 405, "unsupported"},
        new Object[] {"M".repeat(40), 405, "unsupported"});
  }

  @ParameterizedTest
  @ValueSource(strings = {"X_Api_Key: k", "Content_Length: 3", "X_Forwarded_Host: evil.test"})
  void a062StripsNamesWithAnUnderscore(String field) throws Exception {
    granted(site.insideGood().send(get(ITEM, site.goodHost(), field + "\r\n")).answer());
    assertThat(site.good.heads.getFirst()).doesNotContain("_");
    assertThat(notes()).contains("stripped:underscore");
  }

  /// A constrained body is JSON: a form that says the permitted thing in one of its readings is
  /// refused by its type, whatever is in it.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "form, duplicate name",
        "multipart, duplicate name=",
        "multipart, filename*=",
        "multipart, two boundaries",
        "multipart, boundary in the body"
      })
  void a063DeniesFormsWhereABodyIsConstrained(String what) throws Exception {
    var amount = new BodyRule(new TreeMap<>(Map.of("/amount", Constraint.ANY)), true);
    var axes = new Axes(null, null, amount, null, false);
    site.open(site.blank().asking("raw", Site.RAW, site.raw.port(), axes, "/v1/**"));
    var type =
        switch (what) {
          case "form, duplicate name" -> "application/x-www-form-urlencoded";
          case "multipart, two boundaries" -> "multipart/form-data; boundary=a; boundary=b";
          default -> "multipart/form-data; boundary=a";
        };
    var body =
        switch (what) {
          case "form, duplicate name" -> "amount=1&amount=1000";
          case "multipart, duplicate name=" ->
              part("a", "name=\"amount\"", "1")
                  + part("a", "name=\"amount\"", "1000")
                  + "--a--\r\n";
          case "multipart, filename*=" ->
              part("a", "name=\"amount\"; filename=\"1\"; filename*=utf-8''1000", "1")
                  + "--a--\r\n";
          case "multipart, two boundaries" ->
              part("a", "name=\"amount\"", "1")
                  + part("b", "name=\"amount\"", "1000")
                  + "--b--\r\n";
          default ->
              part("a", "name=\"amount\"", "1\r\n--a \r\nContent-Disposition: form-data;\r\n")
                  + "--a--\r\n";
        };
    var host = site.rawHost();
    denied(
        site.ask(
            "POST http://"
                + host
                + "/v1/x HTTP/1.1\r\nHost: "
                + host
                + "\r\nContent-Type: "
                + type
                + "\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body),
        403,
        "body_not_granted");
    assertThat(site.raw.connections).hasValue(0);
  }

  private static String part(String boundary, String disposition, String value) {
    return "--"
        + boundary
        + "\r\nContent-Disposition: form-data; "
        + disposition
        + "\r\n\r\n"
        + value
        + "\r\n";
  }

  private void malformedInside(String bytes) throws Exception {
    site.expect("malformed");
    malformed(site.insideGood().send(bytes));
    assertThat(site.good.connections).hasValue(0);
  }

  /// What the record of the case's one call notes.
  private List<String> notes() {
    return site.decision(0).getNotesList();
  }
}
