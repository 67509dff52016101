package dev.ambit.resources;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Axes;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Json;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Sensitivity;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An order becomes a frozen envelope, or everything that is wrong with it is told by field.
class InstantiationTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String CODER = "spiffe://example.org/ns/agents/sa/coder-1";
  private static final Map<String, String> GOOD = Map.of("owner", "acme", "mode", "read");

  private static final Map<String, String> CONTEXT = Map.of("case_state", "open");

  @TempDir Path path;
  private ResourceSet set = new ResourceSet("", Map.of(), Map.of(), Map.of(), Policy.DEFAULT);

  @BeforeEach
  void readTheSet() {
    set = new Folder(path).set();
  }

  @Test
  void freezesWhatTheTemplateSaysWithTheParametersFilledIn() {
    var envelope = frozen(order(CODER, GOOD, Optional.empty()));
    assertThat(envelope.expiresAt()).isEqualTo(NOW.plus(Duration.ofMinutes(30)));
    assertThat(envelope.targets())
        .extracting(Target::name)
        .containsExactly("items-api", "plain-api");
    var read = envelope.grants().getFirst();
    assertThat(read.paths())
        .extracting(PathTemplate::text)
        .containsExactly("/owners/acme", "/owners/acme/items/{id}");
    assertThat(read.credential())
        .isEqualTo(
            new CredentialRef(
                "tickets-oauth", new TreeMap<>(Map.of("scopes", List.of("items:read")))));
    assertThat(envelope.denies().getFirst().paths())
        .extracting(PathTemplate::text)
        .containsExactly("/owners/acme/secrets/**");
    assertThat(envelope.facts())
        .isEqualTo(new SessionFacts("ticket-7", "fix the build", "maria", GOOD, CONTEXT));
    assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(envelope))).isEqualTo(Parsed.ok(envelope));
  }

  @Test
  void aGrantThatNarrowsNothingAsksForEverythingTheProviderHas() {
    var wide = Folder.TEMPLATE.replace(", narrow: { scopes: [\"items:${mode}\"] }", "");
    set = new Folder(path).write("30-template.yaml", wide).set();
    assertThat(frozen(order(CODER, GOOD, Optional.empty())).grants().getFirst().credential())
        .isEqualTo(
            new CredentialRef(
                "tickets-oauth",
                new TreeMap<>(Map.of("scopes", List.of("items:read", "items:write")))));
  }

  @Test
  void freezesWhatAGrantAsksBeyondMethodAndPath() {
    var axes =
        """
              methods: [POST]
              query: { page: { max: 50, optional: true }, "tag": { in: ["${owner}", b] } }
              headers: { X-Owner: { pattern: "${owner}-[0-9]+" }, Content-Type: {} }
              body: { json: { /amount: { min: 0.5, max: 10 }, /by: { prefix: "${owner}/", minLength: 2, maxLength: 9 }, /ok: { equals: true } } }
              condition: 'session.context["case_state"] == "open"'
        """
            .indent(0);
    set =
        new Folder(path)
            .write(
                "30-template.yaml",
                Folder.TEMPLATE
                    .replace("      methods: [GET, HEAD]\n", axes)
                    .replace("  sharing:", "  sensitivityCeiling: confidential\n  sharing:"))
            .write(
                "10-targets.yaml",
                Folder.TARGETS.replaceFirst(
                    "  protocol: https\n", "  protocol: https\n  sensitivity: internal\n"))
            .set();
    var envelope = frozen(order(CODER, Map.of("owner", "a-b", "mode", "read"), Optional.empty()));
    assertThat(envelope.ceiling()).isEqualTo(Sensitivity.CONFIDENTIAL);
    assertThat(envelope.targets().getFirst().sensitivity()).isEqualTo(Sensitivity.INTERNAL);
    assertThat(envelope.targets().getLast().sensitivity()).isEqualTo(Sensitivity.RESTRICTED);
    assertThat(new String(EnvelopeCodec.encode(envelope), UTF_8))
        .contains(
            """
            "query":{"page":{"optional":true,"max":50},"tag":{"in":["a-b","b"]}},\
            "headers":{"content-type":{},"x-owner":{"pattern":"(?:a-b)-[0-9]+"}},\
            "body":{"json":{"/amount":{"min":0.5,"max":10},\
            "/by":{"prefix":"a-b/","minLength":2,"maxLength":9},"/ok":{"in":[true]}},\
            "additional":false},\
            "condition":["==text",["key","session.context",["text","case_state"]],["text","open"]]\
            """);
  }

  @Test
  void aParameterInAPatternStandsForItselfAlone() {
    var template =
        Folder.TEMPLATE
            .replace("[A-Za-z0-9-]{1,39}", "(?s).*")
            .replace("/owners/{owner}", "/owners")
            .replace(
                "      budget: { calls: 3 }\n",
                "      query: { q: { pattern: \"${owner}\" }, r: { equals: \"${owner}\" } }\n");
    set = new Folder(path).write("30-template.yaml", template).set();
    for (var value : List.of(".*", "\\E.*", "${mode}", "\\Q", "a|b", "\"}")) {
      var envelope = frozen(order(CODER, Map.of("owner", value, "mode", "read"), Optional.empty()));
      var query = Objects.requireNonNull(envelope.grants().getFirst().axes().query());
      var pattern = Objects.requireNonNull(Objects.requireNonNull(query.get("q")).pattern());
      assertThat(pattern.matches(value)).as(value).isTrue();
      assertThat(pattern.matches("anything else")).as(value).isFalse();
      assertThat(Objects.requireNonNull(query.get("r")).in()).containsExactly(new Json.Text(value));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " is ",
      textBlock =
          """
          ${a} is true
          x-${a}|[0-9]+ is true
          [0-9]${a}[^]] is true
          [[:alpha:]]${a} is true
          \\[${a} is true
          [${a}] is false
          [^]${a}] is false
          []${a}] is false
          [[:alpha:]${a}] is false
          [a\\]${a}] is false
          \\Q${a}\\E is false
          """)
  void aParameterStandsInAPatternOnlyWhereItMeansItself(String pattern, boolean may) {
    assertThat(Patterns.mayHold(pattern)).isEqualTo(may);
  }

  @Test
  void aPatternThatAParameterMakesTooLargeIsToldWhenTheSessionIsOpened() {
    var template =
        Folder.TEMPLATE
            .replace("[A-Za-z0-9-]{1,39}", "[a-z]+")
            .replace("/owners/{owner}", "/owners")
            .replace(
                "      budget: { calls: 3 }\n",
                "      query: { q: { pattern: \"${owner}{1000}\" } }\n");
    set = new Folder(path).write("30-template.yaml", template).set();
    var owner = Map.of("owner", "x".repeat(200), "mode", "read");
    assertThat(problems(order(CODER, owner, Optional.empty())))
        .containsExactly(
            "parameters: grant read: pattern: too large (expected: shorter parameters)");
  }

  @Test
  void passesTheAgentsOwnKeysOnlyWhereTheGrantSaysSo() {
    var template =
        Folder.TEMPLATE.replace(
            "      paths: [\"/ping\"]\n",
            """
                  paths: ["/ping"]
                  agentCredentials: pass
                  headers: { Authorization: {} }
                  query: { api_key: { optional: true } }
            """);
    set = new Folder(path).write("30-template.yaml", template).set();
    var grants = frozen(order(CODER, GOOD, Optional.empty())).grants();
    assertThat(grants.getFirst().axes()).isEqualTo(Axes.NONE);
    assertThat(grants.getLast().axes().agentCredentials()).isTrue();
  }

  @Test
  void anOrderMayShortenTheTimeButNotLengthenIt() {
    var short5 = order(CODER, GOOD, Optional.of(Duration.ofMinutes(5)));
    assertThat(frozen(short5).expiresAt()).isEqualTo(NOW.plus(Duration.ofMinutes(5)));
    assertThat(problems(order(CODER, GOOD, Optional.of(Duration.ofMinutes(31)))))
        .containsExactly("ttl: PT31M (expected: 1s to 30m)");
    assertThat(problems(order(CODER, GOOD, Optional.of(Duration.ZERO))))
        .containsExactly("ttl: PT0S (expected: 1s to 30m)");
  }

  @Test
  void tellsEverythingThatIsWrongByField() {
    var order =
        order(
            "spiffe://example.org/ns/agents/sa/writer",
            Map.of("owner", "a/b", "colour", "red"),
            Optional.of(Duration.ofDays(1)));
    assertThat(problems(order))
        .containsExactlyInAnyOrder(
            "parameters.owner: a/b (expected: a match of [A-Za-z0-9-]{1,39})",
            "parameters.mode: missing (expected: a match of read|write|admin)",
            "parameters.colour: unknown (expected: owner, mode)",
            "ttl: PT24H (expected: 1s to 30m)",
            "workload: not admitted by template ticket (expected:"
                + " spiffe://example.org/ns/agents/sa/coder*)");
  }

  @Test
  void aScopeMadeOfAParameterMustBeOneOfTheProviders() {
    assertThat(problems(order(CODER, Map.of("owner", "acme", "mode", "admin"), Optional.empty())))
        .containsExactly(
            "parameters.mode: scope items:admin (expected: one of items:read, items:write)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "a/b", "a\\b", "a%2fb", "{x}", "**", "*", "a b", "a;b", "a?b", "a#b", "é",
        "a\nb", "${mode}", "a:b", "a@b"
      })
  void aParameterCannotSmuggleStructureIntoAPathEvenIfItsPatternAdmitsIt(String value) {
    var anything =
        Folder.TEMPLATE
            .replace("[A-Za-z0-9-]{1,39}", "(?s).*")
            .replace("read|write|admin", "(?s).*");
    set = new Folder(path).write("30-template.yaml", anything).set();
    assertThat(problems(order(CODER, Map.of("owner", value, "mode", "read"), Optional.empty())))
        .singleElement()
        .asString()
        .startsWith("parameters.owner: ");
  }

  @Test
  void patternsMatchTheWholeValue() {
    assertThat(problems(order(CODER, Map.of("owner", "acme", "mode", "reader"), Optional.empty())))
        .containsExactly("parameters.mode: reader (expected: a match of read|write|admin)");
    assertThat(problems(order(CODER, Map.of("owner", "acme\n", "mode", "read"), Optional.empty())))
        .containsExactly("parameters.owner: acme\\u000a (expected: a match of [A-Za-z0-9-]{1,39})");
  }

  @ParameterizedTest
  @CsvSource({
    "spiffe://example.org/ns/agents/sa/coder, true",
    "spiffe://example.org/ns/agents/sa/coder-2, true",
    "spiffe://example.org/ns/agents/sa/coder/x, false",
    "spiffe://example.org/ns/agents/sa/code, false",
    "spiffe://example.com/ns/agents/sa/coder, false",
    "spiffe://example.org/ns/agents/sa/coder%2f, false",
    "spiffe://example.org/ns/agents/sa/coder*, false",
    "bootstrap, false"
  })
  void aStarMatchesWithinOneSegment(String workload, boolean admitted) {
    assertThat(template().admitsWorkload(workload)).isEqualTo(admitted);
  }

  @ParameterizedTest
  @CsvSource({
    "spiffe://example.org/ns/flows/sa/bot, true",
    "spiffe://example.org/ns/flows/sa/, false",
    "spiffe://example.org/ns/flows/sa/a/b, false",
    "bootstrap, true",
    "root, false"
  })
  void onlyOpenersMayOpen(String caller, boolean admitted) {
    assertThat(template().admitsOpener(caller)).isEqualTo(admitted);
  }

  @ParameterizedTest
  @CsvSource({
    "kubernetes:flows, kubernetes:flows:bot, true",
    "kubernetes:flows, kubernetes:flows, true",
    "kubernetes:flows, kubernetes:flows-2:bot, false",
    "kubernetes:flows, kubernetes:flow, false",
    "kubernetes:flows:bot, kubernetes:flows:bot, true",
    "kubernetes:flows:bot, kubernetes:flows:bot-2, false",
    "kubernetes:flows:bot, kubernetes:flows, false",
    "kubernetes:flows:bot, bootstrap, false"
  })
  void aNamespaceOpensForAllOfItAndAnAccountForItself(
      String opener, String caller, boolean admitted) {
    assertThat(KubernetesOpener.parse(opener).orElseThrow().matches(caller)).isEqualTo(admitted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kubernetes:",
        "kubernetes::a",
        "kubernetes:a:",
        "kubernetes:A",
        "kubernetes:-a",
        "kubernetes:a:b:c",
        "kubernetes:a:*",
        "kubernetes:a.b",
        "kubernetes:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:b"
      })
  void nothingElseIsAnAccount(String text) {
    assertThat(KubernetesOpener.parse(text)).isEmpty();
  }

  @Test
  void aNewPolicyForbidsWhatItWouldNotHaveAllowed() {
    var envelope = frozen(order(CODER, GOOD, Optional.empty()));
    assertThat(set.forbids(envelope, NOW)).isEmpty();
    var other = new Folder(path);
    var policy = Folder.POLICY.replace("*.payments.example.com", "*.other.test");
    assertThat(other.write("40-policy.yml", policy).set().forbids(envelope, NOW)).isEmpty();
    var strict = new Policy(Duration.ofMinutes(29), List.of());
    assertThat(strict.forbids(envelope, NOW)).contains("the session outlasts maxTtl 29m");
    var never = Objects.requireNonNull(set.targets().get("items-api"));
    assertThat(new Policy(Duration.ofHours(1), never.hosts()).forbids(envelope, NOW))
        .contains("target items-api reaches api.example.com of neverTargets");
  }

  private SessionTemplate template() {
    var template = set.templates().get("ticket");
    if (template == null) {
      throw new AssertionError("no template");
    }
    return template;
  }

  private Envelope frozen(SessionTemplate.Order order) {
    return switch (template().instantiate(order)) {
      case SessionTemplate.Instance.Frozen(Envelope envelope) -> envelope;
      case SessionTemplate.Instance.Refused(List<SessionTemplate.Problem> problems) ->
          throw new AssertionError(problems.toString());
    };
  }

  private List<String> problems(SessionTemplate.Order order) {
    return switch (template().instantiate(order)) {
      case SessionTemplate.Instance.Frozen(Envelope envelope) ->
          throw new AssertionError(envelope.toString());
      case SessionTemplate.Instance.Refused(List<SessionTemplate.Problem> problems) ->
          problems.stream().map(problem -> problem.field() + ": " + problem.message()).toList();
    };
  }

  private static SessionTemplate.Order order(
      String workload, Map<String, String> parameters, Optional<Duration> ttl) {
    return new SessionTemplate.Order(
        new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        workload,
        new SessionFacts("ticket-7", "fix the build", "maria", parameters, CONTEXT),
        ttl,
        NOW);
  }
}
