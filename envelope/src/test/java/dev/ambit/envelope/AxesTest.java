package dev.ambit.envelope;

import static dev.ambit.envelope.Fixtures.NOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A grant permits what is within all its axes; the axis on which the best one failed is told.
class AxesTest {
  private static final Constraint AT_MOST_50 =
      new Constraint(
          true,
          List.of(),
          null,
          new JsonNumber("1"),
          new JsonNumber("50"),
          OptionalInt.empty(),
          OptionalInt.empty(),
          null);
  private static final Constraint OPEN_OR_CLOSED =
      in(new Json.Text("open"), new Json.Text("closed"));
  private static final Constraint SHORT_NAME =
      new Constraint(
          true,
          List.of(),
          "a",
          null,
          null,
          OptionalInt.of(2),
          OptionalInt.of(4),
          Pattern.compile("[a-z ]+"));

  @ParameterizedTest(name = "?{0} is {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          state=open                 | permitted
          state=open&limit=50        | permitted
          limit=1&state=closed       | permitted
          state=%6fpen               | permitted
          %73tate=open               | permitted
          state=open&name=abc        | permitted
          state=open&name=a%20c      | permitted
          state=open&name=a+c        | QUERY_NOT_GRANTED
          ''                         | QUERY_NOT_GRANTED
          limit=5                    | QUERY_NOT_GRANTED
          state=opened               | QUERY_NOT_GRANTED
          state=Open                 | QUERY_NOT_GRANTED
          STATE=open                 | QUERY_NOT_GRANTED
          state                      | QUERY_NOT_GRANTED
          state=open&state=open      | QUERY_NOT_GRANTED
          state=open&state=closed    | QUERY_NOT_GRANTED
          state=open&%73tate=all     | QUERY_NOT_GRANTED
          state=open&other=1         | QUERY_NOT_GRANTED
          state=open&limit=51        | QUERY_NOT_GRANTED
          state=open&limit=0         | QUERY_NOT_GRANTED
          state=open&limit=-1        | QUERY_NOT_GRANTED
          state=open&limit=5.0       | QUERY_NOT_GRANTED
          state=open&limit=05        | QUERY_NOT_GRANTED
          state=open&limit=1e1       | QUERY_NOT_GRANTED
          state=open&limit=%D9%A5    | QUERY_NOT_GRANTED
          state=open&limit=          | QUERY_NOT_GRANTED
          state=open&name=b          | QUERY_NOT_GRANTED
          state=open&name=a          | QUERY_NOT_GRANTED
          state=open&name=abcde      | QUERY_NOT_GRANTED
          state=open&name=aB         | QUERY_NOT_GRANTED
          state=open&name=a%C3       | QUERY_NOT_GRANTED
          state=+open                | QUERY_NOT_GRANTED
          """)
  void aQueryHoldsWhatIsNamedAndNothingElse(String query, String expected) {
    var rules =
        rules(axes(Map.of("state", OPEN_OR_CLOSED, "limit", AT_MOST_50, "name", SHORT_NAME), null));
    var url = "https://api.good.test/x" + (query.isEmpty() ? "" : "?" + query);
    assertThat(answer(rules, Fixtures.call("GET", url))).isEqualTo(expected);
  }

  @Test
  void aPlusMustBeRightWhicheverWayItIsRead() {
    var plus = in(new Json.Text("a+b"));
    var space = in(new Json.Text("a b"));
    var both = in(new Json.Text("a+b"), new Json.Text("a b"));
    var call = Fixtures.call("GET", "https://api.good.test/x?q=a+b");
    assertThat(answer(rules(axes(Map.of("q", plus), null)), call)).isEqualTo("QUERY_NOT_GRANTED");
    assertThat(answer(rules(axes(Map.of("q", space), null)), call)).isEqualTo("QUERY_NOT_GRANTED");
    assertThat(answer(rules(axes(Map.of("q", both), null)), call)).isEqualTo("permitted");
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Accept: open                             | permitted
          aCCept: closed                           | permitted
          Accept: open; Accept-Encoding: gzip      | permitted
          Accept: open; X-Name: abc                | permitted
          ''                                       | HEADER_NOT_GRANTED
          Accept: all                              | HEADER_NOT_GRANTED
          Accept: open; Accept: open               | HEADER_NOT_GRANTED
          Accept: open; accept: closed             | HEADER_NOT_GRANTED
          Accept: open; User-Agent: x              | HEADER_NOT_GRANTED
          Accept: open; X-Name: b                  | HEADER_NOT_GRANTED
          """)
  void headersAreThoseNamedAndNoOther(String lines, String expected) {
    var rules =
        rules(
            new Axes(
                null,
                new TreeMap<>(Map.of("accept", OPEN_OR_CLOSED, "x-name", SHORT_NAME)),
                null,
                null,
                false));
    assertThat(answer(rules, call(lines, new Content.None()))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"state":"open"}                                   | permitted
          {"state":"open","limit":7}                         | permitted
          {"state":"open","to":{"name":"abc"}}               | permitted
          {"state":"open","to":{}}                           | permitted
          {"state":"open","ids":[7]}                         | permitted
          {"state":"open","any":{"x":[1,{"y":null}]}}        | permitted
          {}                                                 | BODY_NOT_GRANTED
          []                                                 | BODY_NOT_GRANTED
          "open"                                             | BODY_NOT_GRANTED
          null                                               | BODY_NOT_GRANTED
          {"state":"all"}                                    | BODY_NOT_GRANTED
          {"state":null}                                     | BODY_NOT_GRANTED
          {"state":["open"]}                                 | BODY_NOT_GRANTED
          {"state":"open","State":"all"}                     | BODY_NOT_GRANTED
          {"state":"open","limit":"7"}                       | BODY_NOT_GRANTED
          {"state":"open","limit":51}                        | BODY_NOT_GRANTED
          {"state":"open","other":1}                         | BODY_NOT_GRANTED
          {"state":"open","to":{"name":"abc","x":1}}         | BODY_NOT_GRANTED
          {"state":"open","to":"abc"}                        | BODY_NOT_GRANTED
          {"state":"open","to":[]}                           | permitted
          {"state":"open","ids":[7,7]}                       | BODY_NOT_GRANTED
          {"state":"open","ids":[8]}                         | BODY_NOT_GRANTED
          {"state":"open","/to/name":"abc"}                  | BODY_NOT_GRANTED
          """)
  void aBodyHoldsWhatIsNamedAndNothingElse(String body, String expected) {
    assertThat(answer(rules(body(false)), posted(body))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"state":"open","other":{"x":1}}        | permitted
          {"state":"open","to":{"x":1}}           | permitted
          {"state":"open","ids":[7,9]}            | permitted
          {"state":"open","STATE":"all"}          | BODY_NOT_GRANTED
          {"state":"open","\u017ftate":"all"}     | BODY_NOT_GRANTED
          {"state":"open","li\u212a":1,"Limit":9} | BODY_NOT_GRANTED
          {"other":1}                             | BODY_NOT_GRANTED
          """)
  void additionalMembersMayStandUnlessTheyCouldBeTakenForANamedOne(String body, String expected) {
    assertThat(answer(rules(body(true)), posted(body))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Content-Type: application/json                                       | permitted
          content-type: Application/JSON                                       | permitted
          Content-Type: application/json,charset=utf-8                         | BODY_NOT_GRANTED
          Content-Type: application/vnd.api+json                               | permitted
          ''                                                                   | BODY_NOT_GRANTED
          Content-Type: text/plain                                             | BODY_NOT_GRANTED
          Content-Type: application/x-www-form-urlencoded                      | BODY_NOT_GRANTED
          Content-Type: multipart/form-data                                    | BODY_NOT_GRANTED
          Content-Type: text/json                                              | BODY_NOT_GRANTED
          Content-Type: application/json; Content-Type: application/json       | BODY_NOT_GRANTED
          Content-Type: application/json; Content-Encoding: gzip               | BODY_NOT_GRANTED
          Content-Type: application/json; Content-Encoding: identity           | BODY_NOT_GRANTED
          """)
  void a063ABodyMustBeAnnouncedAsPlainJson(String lines, String expected) {
    var read = new Content.Read(JsonBody.parse("{\"state\":\"open\"}".getBytes(UTF_8)).orThrow());
    assertThat(answer(rules(body(false)), call(lines, read))).isEqualTo(expected);
    // What is refused by its type alone is not even read.
    assertThat(answer(rules(body(false)), call(lines, new Content.Unread())))
        .isEqualTo(expected.equals("permitted") ? "needs the body" : expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          application/json; charset=utf-8           | permitted
          application/json;charset=UTF-8            | permitted
          application/json; charset="utf-8"         | permitted
          application/json; charset=utf-16          | BODY_NOT_GRANTED
          application/json; charset=utf-7           | BODY_NOT_GRANTED
          application/json; charset=utf-8; q=1      | BODY_NOT_GRANTED
          application/json;                         | BODY_NOT_GRANTED
          """)
  void a135TheOnlyCharsetIsUtf8(String type, String expected) {
    var call =
        call(
            "", new Content.Read(JsonBody.parse("{\"state\":\"open\"}".getBytes(UTF_8)).orThrow()));
    var typed =
        new Call(
            call.authority(),
            call.method(),
            call.path(),
            call.query(),
            List.of(new Line("Content-Type", type)),
            call.content(),
            null);
    assertThat(answer(rules(body(false)), typed)).isEqualTo(expected);
  }

  @Test
  void aCallWithoutABodyIsNotWithinABodyRule() {
    assertThat(
            answer(rules(body(true)), call("Content-Type: application/json", new Content.None())))
        .isEqualTo("BODY_NOT_GRANTED");
  }

  @Test
  void aBodyIsReadOnlyWhereTheFirstGrantThatCouldPermitAsksForIt() {
    var json = call("Content-Type: application/json", new Content.Unread());
    var free = grant("free", Axes.NONE);
    var asks = grant("asks", body(false));
    assertThat(answer(rules(free, asks), json)).isEqualTo("permitted");
    assertThat(answer(rules(asks, free), json)).isEqualTo("needs the body");
    assertThat(answer(rules(asks, free), call("", new Content.Unread()))).isEqualTo("permitted");
    assertThat(answer(rules(asks, free), posted("{\"state\":\"all\"}"))).isEqualTo("permitted");
  }

  @Test
  void aTargetAboveTheCeilingIsNotCalled() {
    for (var ceiling : Sensitivity.values()) {
      for (var sensitivity : Sensitivity.values()) {
        var rules = Rules.of(envelope(sensitivity, ceiling, grant("g", Axes.NONE)));
        assertThat(answer(rules, Fixtures.call("GET", "https://api.good.test/x")))
            .as("%s of %s", sensitivity, ceiling)
            .isEqualTo(
                sensitivity.level() <= ceiling.level() ? "permitted" : "SENSITIVITY_EXCEEDED");
      }
    }
  }

  @Test
  void keysOfTheAgentAreJudgedWhereTheyArePassedOn() {
    var named = new TreeMap<>(Map.of("authorization", Constraint.ANY));
    var pass = rules(new Axes(new TreeMap<>(), named, null, null, true));
    var strip = rules(new Axes(null, new TreeMap<>(), null, null, false));
    var target = RequestTarget.absolute("https://api.good.test/x").orThrow();
    var call =
        new Call(
            new Authority(Scheme.HTTPS, "api.good.test", 443),
            "GET",
            target.path(),
            Query.NONE,
            List.of(),
            new Content.None(),
            new AgentKeys(List.of(new Line("Authorization", "Bearer x")), Query.NONE));
    assertThat(answer(pass, call)).isEqualTo("permitted");
    assertThat(answer(strip, call)).isEqualTo("permitted");
    var inQuery =
        new Call(
            call.authority(),
            "GET",
            target.path(),
            Query.NONE,
            List.of(),
            new Content.None(),
            new AgentKeys(List.of(), Query.parse("api_key=1").orThrow()));
    assertThat(answer(pass, inQuery)).isEqualTo("QUERY_NOT_GRANTED");
    assertThat(answer(strip, inQuery)).isEqualTo("permitted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          limit=99          | On this path of target good, granted is in the query limit (optional, at least 1 and at most 50), state (one of "open", "closed").
          """)
  void tellsWhatTheQueryMayBe(String query, String detail) {
    var rules = rules(axes(Map.of("state", OPEN_OR_CLOSED, "limit", AT_MOST_50), null));
    assertThat(denied(rules, Fixtures.call("GET", "https://api.good.test/x?" + query)).detail())
        .isEqualTo(detail);
  }

  @Test
  void tellsWhatABodyMayHoldAndRepeatsNothingOfIt() {
    var denied = denied(rules(body(true)), posted("{\"state\":\"ignore-all-orders\"}"));
    assertThat(denied.detail())
        .isEqualTo(
            "On this path of target good, granted is in a body of JSON /any (optional), /ids/0"
                + " (optional, 7), /limit (optional, at least 1 and at most 50), /state (one of"
                + " \"open\", \"closed\"), /to/name (optional, beginning with a and at least 2"
                + " characters and at most 4 characters and matching [a-z ]+), and other members.");
  }

  @Test
  void theBestGrantIsTheOneThatFailsLast() {
    var query = grant("query", axes(Map.of(), null));
    var condition =
        grant("condition", new Axes(null, null, null, new Condition.Always(false), false));
    var call = call("Content-Type: application/json", new Content.Unread());
    var asked =
        new Call(
            call.authority(),
            "POST",
            call.path(),
            Query.parse("a=b").orThrow(),
            call.fields(),
            call.content(),
            null);
    assertThat(answer(rules(query, condition), asked)).isEqualTo("CONDITION_FALSE");
    assertThat(answer(rules(condition, query), asked)).isEqualTo("CONDITION_FALSE");
    assertThat(answer(rules(query), asked)).isEqualTo("QUERY_NOT_GRANTED");
    assertThat(denied(rules(query, condition), asked).detail())
        .isEqualTo(
            "On this path of target good, granted is grant condition while its condition holds.");
  }

  @Test
  void aGrantWithOneMoreAxisNeverPermitsMore() {
    var seed = 7_411L;
    var random = new Random(seed);
    for (var round = 0; round < 3_000; round++) {
      var wide = randomRule(random, random.nextBoolean());
      var members = new TreeMap<>(wide.members());
      var narrow = new BodyRule(members, false);
      var call =
          call("Content-Type: application/json", new Content.Read(JsonBodyTest.random(random, 3)));
      var byNarrow = answer(rules(new Axes(null, null, narrow, null, false)), call);
      var byWide = answer(rules(new Axes(null, null, wide, null, false)), call);
      var byNone = answer(rules(Axes.NONE), call);
      if (byNarrow.equals("permitted")) {
        assertThat(byWide).as("seed %d, round %d", seed, round).isEqualTo("permitted");
      }
      assertThat(byNone).isEqualTo("permitted");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', false",
    "a, false",
    "/, true",
    "/a/b, true",
    "/a~0~1, true",
    "/a~, false",
    "/a~2, false"
  })
  void aPointerIsOneOfRfc6901(String text, boolean good) {
    assertThat(BodyRule.pointer(text)).isEqualTo(good);
  }

  @Test
  void noPointerStandsAboveAnother() {
    assertThatThrownBy(() ->
            new BodyRule(
                new TreeMap<>(
                    Map.of("/a", Constraint.ANY, "/a!", Constraint.ANY, "/a/b", Constraint.ANY)),
                false))
        .hasMessage("json: /a above /a/b (expected: one of the two)");
  }

  @Test
  void constraintsAreBounded() {
    var many = new ArrayList<Json>();
    for (var i = 0; i <= Constraint.IN_MAX; i++) {
      many.add(new JsonNumber(Integer.toString(i)));
    }
    assertThatThrownBy(() -> in(many.toArray(Json[]::new)))
        .hasMessage("in: 65 values (expected: at most 64)");
    assertThatThrownBy(() -> in(new Json.Text("x".repeat(1_025))))
        .hasMessage("in: 1025 characters (expected: at most 1024)");
    var names = new TreeMap<String, Constraint>();
    for (var i = 0; i <= Axes.NAMES_MAX; i++) {
      names.put("n" + i, Constraint.ANY);
    }
    assertThatThrownBy(() -> axes(names, null))
        .hasMessage("query: 65 names (expected: at most 64)");
    var members = new TreeMap<String, Constraint>();
    for (var i = 0; i <= BodyRule.MEMBERS_MAX; i++) {
      members.put("/n" + i, Constraint.ANY);
    }
    assertThatThrownBy(() -> new BodyRule(members, false))
        .hasMessage("json: too many members (expected: at most 256)");
  }

  private static BodyRule randomRule(Random random, boolean additional) {
    var members = new TreeMap<String, Constraint>();
    for (var token : List.of("a", "A", "b", "0")) {
      if (random.nextBoolean()) {
        members.put("/" + token, random.nextBoolean() ? Constraint.ANY : AT_MOST_50);
      } else if (random.nextBoolean()) {
        members.put("/" + token + "/a", AT_MOST_50);
      }
    }
    return new BodyRule(members, additional);
  }

  private static Axes axes(Map<String, Constraint> query, @Nullable BodyRule body) {
    return new Axes(new TreeMap<>(query), null, body, null, false);
  }

  private static Axes body(boolean additional) {
    var optional = optional(Constraint.ANY);
    return new Axes(
        null,
        null,
        new BodyRule(
            new TreeMap<>(
                Map.of(
                    "/state",
                    OPEN_OR_CLOSED,
                    "/limit",
                    AT_MOST_50,
                    "/to/name",
                    SHORT_NAME,
                    "/ids/0",
                    optional(in(new JsonNumber("7"))),
                    "/any",
                    optional)),
            additional),
        null,
        false);
  }

  private static Constraint in(Json... values) {
    return new Constraint(
        false, List.of(values), null, null, null, OptionalInt.empty(), OptionalInt.empty(), null);
  }

  private static Constraint optional(Constraint constraint) {
    return new Constraint(
        true,
        constraint.in(),
        constraint.prefix(),
        constraint.min(),
        constraint.max(),
        constraint.minLength(),
        constraint.maxLength(),
        constraint.pattern());
  }

  private static Grant grant(String name, Axes axes) {
    return new Grant(
        name,
        "good",
        Set.of("GET", "POST"),
        Fixtures.paths("/x"),
        OptionalLong.empty(),
        null,
        axes);
  }

  private static Rules rules(Axes axes) {
    return rules(grant("g", axes));
  }

  private static Rules rules(Grant... grants) {
    return Rules.of(envelope(Sensitivity.RESTRICTED, Sensitivity.RESTRICTED, grants));
  }

  private static Envelope envelope(Sensitivity sensitivity, Sensitivity ceiling, Grant... grants) {
    var bare = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var target =
        new Target(
            bare.name(),
            bare.hosts(),
            bare.ports(),
            bare.protocol(),
            bare.addresses(),
            bare.roots(),
            sensitivity);
    var envelope = Fixtures.envelope(List.of(target), List.of(grants), List.of());
    return new Envelope(
        envelope.session(),
        envelope.template(),
        envelope.workload(),
        envelope.binding(),
        envelope.sharing(),
        envelope.expiresAt(),
        envelope.idle(),
        envelope.calls(),
        ceiling,
        SessionFacts.NONE,
        envelope.targets(),
        envelope.grants(),
        envelope.denies());
  }

  private record Line(CharSequence name, CharSequence value) implements HeaderField {}

  private static Call posted(String body) {
    return call(
        "Content-Type: application/json",
        new Content.Read(JsonBody.parse(body.getBytes(UTF_8)).orThrow()));
  }

  private static Call call(String lines, Content content) {
    var fields = new ArrayList<Line>();
    for (var line : lines.isEmpty() ? List.<String>of() : List.of(lines.split("; ", -1))) {
      var colon = line.indexOf(": ");
      fields.add(new Line(line.substring(0, colon), line.substring(colon + 2)));
    }
    var bare = Fixtures.call("POST", "https://api.good.test/x");
    return new Call(
        bare.authority(), bare.method(), bare.path(), bare.query(), fields, content, null);
  }

  private static Decision.Denied denied(Rules rules, Call call) {
    return (Decision.Denied) rules.decide(call, NOON.minusSeconds(1));
  }

  private static String answer(Rules rules, Call call) {
    return switch (rules.decide(call, NOON.minusSeconds(1))) {
      case Decision.Permitted _ -> "permitted";
      case Decision.NeedsBody _ -> "needs the body";
      case Decision.Denied(var reason, _, _) -> reason.name();
    };
  }
}
