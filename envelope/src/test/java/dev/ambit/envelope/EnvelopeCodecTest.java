package dev.ambit.envelope;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// One envelope has one spelling, and whoever reads it understands all of it or refuses it.
class EnvelopeCodecTest {
  private static final String CONSTRAINED =
      new String(EnvelopeCodec.encode(Fixtures.constrained()), UTF_8);
  private static final String E0 = new String(EnvelopeCodec.encode(Fixtures.e0()), UTF_8);

  @Test
  void whatIsEncodedDecodesToTheSame() {
    assertThat(decode(E0)).isEqualTo(Parsed.ok(Fixtures.e0()));
  }

  @Test
  void theBytesAreThoseThatTheDocumentationShows() {
    var target = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var grant = Fixtures.grant("read", "good", Set.of("HEAD", "GET"), "/v1/{id}");
    var envelope = Fixtures.envelope(List.of(target), List.of(grant), List.of());
    assertThat(new String(EnvelopeCodec.encode(envelope), UTF_8))
        .isEqualTo(
            """
            {"session":"01ARZ3NDEKTSV4RRFFQ69G5FAV","template":"items",\
            "workload":"spiffe://example.org/ns/agents/sa/coder","binding":"identity",\
            "sharing":"exclusive","expiresAt":"2026-03-01T12:00:00Z","idle":"PT10M","calls":500,\
            "targets":[{"name":"good","hosts":["api.good.test"],"ports":[443],"scheme":"https",\
            "addresses":{"allowPrivate":false,"cidrs":[]}}],\
            "grants":[{"name":"read","target":"good","methods":["GET","HEAD"],\
            "paths":["/v1/{id}"]}],"denies":[]}\
            """);
  }

  @Test
  void whatIsKnownOfTheSessionTravelsAndOnlyThat() {
    var known = new SessionFacts("t-7", "", "maria", Map.of("repo", "a"), Map.of("state", "open"));
    var text = new String(EnvelopeCodec.encode(Fixtures.e0().withFacts(known)), UTF_8);
    assertThat(text)
        .contains(
            """
            "facts":{"taskId":"t-7","onBehalfOf":"maria","parameters":{"repo":"a"},\
            "context":{"state":"open"}},"targets":\
            """);
    assertThat(decode(text)).isEqualTo(Parsed.ok(Fixtures.e0().withFacts(known)));
    assertThat(decode(text.replace("t-7", ""))).isInstanceOf(Parsed.Malformed.class);
    assertThat(decode(text.replace("taskId", "taskLink"))).isInstanceOf(Parsed.Malformed.class);
    assertThat(E0).doesNotContain("facts");
  }

  @Test
  void aChangedContextChangesNothingElse() {
    var known = new SessionFacts("t-7", "p", "maria", Map.of("repo", "a"), Map.of("state", "open"));
    assertThat(known.withContext(Map.of("state", "closed")))
        .isEqualTo(
            new SessionFacts("t-7", "p", "maria", Map.of("repo", "a"), Map.of("state", "closed")));
    assertThatThrownBy(() -> known.withContext(Map.of("state", "\ud800")))
        .hasMessage("context.state: half a surrogate pair (expected: Unicode)");
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "template":      | "approval":{},"template":
          "denies":[       | "denied":[
          "idle":"PT10M",  | ''
          "calls":500      | "calls":500,"calls":500
          "calls":500      | "calls":"500"
          "calls":500      | "calls":500.0
          "calls":500      | "calls":0
          "calls":500      | "calls":-1
          "calls":500      | "calls":99999999999999999999
          "calls":500      | "calls": 500
          "identity"       | "node"
          "PT10M"          | "PT600S"
          "PT10M"          | "PT-10M"
          "PT10M"          | "forever"
          12:00:00Z        | 12:00:00.000Z
          12:00:00Z        | 25:00:00Z
          ["GET","POST"]   | ["POST","GET"]
          ["GET","POST"]   | ["GET","GET","POST"]
          ["GET","POST"]   | ["GET","TRACE"]
          ["GET","POST"]   | []
          [443]            | [443,443]
          [443]            | [65536]
          [443]            | []
          "api.good.test"  | "API.good.test"
          "*.pool.test"    | "*.*.test"
          "*.pool.test"    | "api.good.test"
          "/v1/items/{id}" | "/v1/../{id}"
          "/v1/items/{id}" | "/v1/%69tems/{id}"
          "target":"plain" | "target":"evil"
          "name":"plain"   | "name":"good"
          "scopes"         | "scopes "
          spiffe://        | https://
          01ARZ3           | 81ARZ3
          "denies":[       | "denies":null,"x":[
          """)
  void refusesEveryOtherSpelling(String part, String replacement) {
    var other = E0.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(replacement));
    assertThat(other).isNotEqualTo(E0);
    assertThat(decode(other)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void everyAxisTravels() {
    assertThat(decode(CONSTRAINED)).isEqualTo(Parsed.ok(Fixtures.constrained()));
    assertThat(CONSTRAINED)
        .contains(
            """
            "query":{"page":{"optional":true,"in":["a",1.5,true,null],"prefix":"a","min":-1,\
            "max":9007199254740991,"minLength":1,"maxLength":9,"pattern":"[a-z]+"},"q":{}},\
            "headers":{"accept":{}},"body":{"json":{"/a/b~1c":{"optional":true,\
            """)
        .contains("\"ceiling\":\"confidential\",\"facts\":{")
        .contains("\"sensitivity\":\"internal\"")
        .contains(
            """
            ["==text",["key","session.context",["text","state"]],["text","open"]]\
            """);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "optional":true,     | "optional":false,
          "optional":true,     | "regex":"x","optional":true,
          "in":["a",           | "equals":"x","in":["a",
          "in":["a",           | "in":[["a"],
          1.5                  | 1.50
          "min":-1             | "min":"-1"
          "min":-1             | "min":-1.0
          "minLength":1        | "minLength":-1
          "minLength":1        | "minLength":1.0
          [a-z]+               | [a-z
          "q":{}               | "q":null
          "q":{}               | "Q":{},"q&":{}
          {"accept":{}}        | {"Accept":{}}
          /a/b~1c              | a/b~1c
          /a/b~1c              | /a/b~c
          "additional":true    | "additional":true,"form":{}
          ,"additional":true   | ''
          "agentCredentials":true | "agentCredentials":false
          "==text"             | "eqtext"
          "==text"             | "==int"
          "<=int"              | "=<int"
          session.context      | session.secrets
          call.port            | call.tool
          ["true"]             | ["true","true"]
          ["true"]             | true
          ["true"]             | ["maybe"]
          "startsWith"         | "contains"
          "confidential"       | "secret"
          "confidential"       | "restricted"
          "internal"           | "Internal"
          """)
  void refusesWhatItDoesNotKnowOnEveryAxis(String part, String replacement) {
    var other =
        CONSTRAINED.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(replacement));
    assertThat(other).isNotEqualTo(CONSTRAINED);
    assertThat(decode(other)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void a154ConditionsAreBoundedInDepthAndParts() {
    assertThat(decode(CONSTRAINED.replace("[\"true\"]", nested(40))))
        .isInstanceOf(Parsed.Malformed.class);
    Condition wide = new Condition.Always(true);
    for (var level = 0; level < 8; level++) {
      wide = new Condition.And(wide, wide); // 511 parts on 9 levels
    }
    assertThat(decode(withCondition(wide))).isInstanceOf(Parsed.Malformed.class);
    Condition deep = new Condition.Always(true);
    for (var level = 1; level < Condition.DEPTH_MAX; level++) {
      deep = new Condition.Not(deep);
    }
    assertThat(decode(withCondition(deep))).isInstanceOf(Parsed.Ok.class);
    assertThat(decode(withCondition(new Condition.Not(deep)))).isInstanceOf(Parsed.Malformed.class);
  }

  private static String withCondition(Condition condition) {
    var target = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var grant =
        new Grant(
            "g",
            "good",
            Set.of("GET"),
            Fixtures.paths("/"),
            OptionalLong.empty(),
            null,
            new Axes(null, null, null, condition, false));
    var envelope = Fixtures.envelope(List.of(target), List.of(grant), List.of());
    return new String(EnvelopeCodec.encode(envelope), UTF_8);
  }

  private static String nested(int levels) {
    return "[\"not\",".repeat(levels) + "[\"true\"]" + "]".repeat(levels);
  }

  @Test
  void refusesTrailingTextAndBrokenJson() {
    for (var json :
        List.of("", " ", "null", "[]", "{}", "{", E0 + " ", E0 + "{}", E0 + E0, " " + E0)) {
      assertThat(decode(json)).as(json).isInstanceOf(Parsed.Malformed.class);
    }
    assertThat(decode("\ufeff" + E0)).isInstanceOf(Parsed.Malformed.class);
    assertThat(EnvelopeCodec.decode(E0.getBytes(UTF_16LE))).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void refusesEveryTruncation() {
    var bytes = E0.getBytes(UTF_8);
    for (var length = 0; length < bytes.length; length++) {
      assertThat(EnvelopeCodec.decode(Arrays.copyOf(bytes, length)))
          .isInstanceOf(Parsed.Malformed.class);
    }
  }

  @Test
  void a154RefusesDepthAndSizeBeyondTheBound() {
    assertThat(decode("[".repeat(100_000))).isInstanceOf(Parsed.Malformed.class);
    assertThat(EnvelopeCodec.decode(new byte[EnvelopeCodec.BYTES_MAX + 1]))
        .isEqualTo(Parsed.malformed("envelope: too large (expected: at most 262144 bytes)"));
    var grants = new ArrayList<Grant>();
    for (var i = 0; i < 5_000; i++) {
      grants.add(Fixtures.grant("grant-" + i, "good", Set.of("GET"), "/some/long/path/" + i));
    }
    var target = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var large = Fixtures.envelope(List.of(target), grants, List.of());
    assertThatThrownBy(() -> EnvelopeCodec.encode(large))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 262144");
  }

  @Test
  void aChangedByteNeverGivesTheSameEnvelope() {
    var bytes = E0.getBytes(UTF_8);
    for (var i = 0; i < bytes.length; i++) {
      for (var bit = 0; bit < 8; bit++) {
        var changed = bytes.clone();
        changed[i] ^= (byte) (1 << bit);
        if (EnvelopeCodec.decode(changed) instanceof Parsed.Ok<Envelope>(Envelope other)) {
          assertThat(other).isNotEqualTo(Fixtures.e0());
          assertThat(EnvelopeCodec.encode(other)).isEqualTo(changed);
        }
      }
    }
  }

  @Test
  void theDigestIsSha256OverTheBytes() {
    assertThat(EnvelopeCodec.digest("abc".getBytes(UTF_8)))
        .asHexString()
        .isEqualToIgnoringCase("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  private static Parsed<Envelope> decode(String json) {
    return EnvelopeCodec.decode(json.getBytes(UTF_8));
  }
}
