package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Axes;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.Sensitivity;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.TextTerm;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.envelope.WholeTerm;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntimeFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A condition means in the envelope what it means in CEL, or it is refused where it is read.
class ConditionReaderTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Map<String, String> PARAMETERS = Map.of("repo", "widgets", "state", "x");
  private static final Map<String, String> CONTEXT = Map.of("case_state", "open", "user", "maria");
  private static final CelCompiler CEL = celCompiler();
  private static final String URL = "https://api.good.test/v1/items?page=7&tag=a&tag=b";

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '\0',
      textBlock =
          """
          session.context["case_state"] == "open" => true
          session.context["case_state"] == "closed" => false
          session.context.case_state == 'open' => true
          session.context["absent"] == "open" => false
          session.context["absent"] != "open" => false
          !(session.context["absent"] == "open") => false
          !("absent" in session.context) => true
          "user" in session.context && session.context["user"] == "maria" => true
          "absent" in session.context && session.context["absent"] == "x" => false
          session.context["absent"] == "x" || call.method == "GET" => true
          session.parameters["repo"] == session.parameters.repo => true
          session.context[session.parameters["state"]] == "open" => false
          call.method in ["GET", "HEAD"] && call.port in [80, 443] => true
          call.path.startsWith("/v1/") && call.host.endsWith(".test") => true
          call.path.matches("items$") && matches(call.host, "^api[.]") => true
          size(session.task.purpose) > 3 && session.on_behalf_of.size() <= 5 => true
          target.sensitivity >= 1 && target.name == "good" => true
          call.query["page"] == "7" => true
          call.query["tag"] == "a" => false
          call.scheme == target.protocol && session.template == "items" => true
          session.task.id > "t-6" && session.id < "1" => true
          call.port == -443 || false => false
          true => true
          """)
  void holdsAsItReads(String source, boolean holds) {
    assertThat(holds(source)).isEqualTo(holds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "session.context",
        "call.port",
        "call.host",
        "session.secret == 'x'",
        "call.port == '443'",
        "call.port + 1 == 444",
        "call.host + 'x' == 'x'",
        "call.port == 443.0",
        "call.port == 443u",
        "call.port == 443 ? true : false",
        "call.host.contains('x')",
        "has(session.context.x)",
        "session.context.all(k, k == 'x')",
        "['a'].exists(x, x == 'a')",
        "size(session.context) > 0",
        "size([1]) > 0",
        "call.host in [call.host]",
        "call.host in {'a': 1}",
        "(call.port == 1) == true",
        "call.host.matches(call.path)",
        "call.host.matches('(')",
        "call.host.matches('((x{1000}){1000}){1000}')",
        "call.tool == 'search'",
        "timestamp('2026-01-01T00:00:00Z') < timestamp('2027-01-01T00:00:00Z')",
        "duration('1s') == duration('1s')",
        "int(call.host) == 1",
        "string(call.port) == '1'",
        "dyn(call.port) == 1",
        "type(call.port) == int",
        "b'a' == b'a'",
        "null == null",
        "true == true",
        "call.query == call.query",
        "call.query['a']['b'] == 'c'",
        "call.host == 'x' // comment\n &&"
      })
  void refusesWhatIsNotInTheSubset(String source) {
    var findings = new Findings();
    assertThat(ConditionReader.read(item(source), findings)).isEmpty();
    assertThat(findings.all())
        .isNotEmpty()
        .allMatch(each -> each.message().matches("(?s).*\\d+:\\d+: .*|too large.*|.*RE2.*"));
  }

  @Test
  void a154BoundsDepthPartsListsAndText() {
    assertThat(refused("!(".repeat(40) + "true" + ")".repeat(40))).isTrue();
    assertThat(refused("!".repeat(5_000) + "true")).isTrue();
    assertThat(refused("(".repeat(500) + "true" + ")".repeat(500))).isTrue();
    assertThat(refused("call.port == 1" + " || call.port == 1".repeat(100))).isTrue();
    assertThat(refused("call.port == 1" + " || call.port == 1".repeat(60))).isFalse();
    assertThat(refused("call.port in [" + "1,".repeat(64) + "1]")).isTrue();
    assertThat(refused("call.port in [" + "1,".repeat(63) + "1]")).isFalse();
    assertThat(refused("call.host == '" + "x".repeat(1_025) + "'")).isTrue();
    assertThat(refused("call.host == '" + "x".repeat(1_024) + "'")).isFalse();
  }

  @Test
  void tellsLineAndCharacter() {
    var findings = new Findings();
    assertThat(ConditionReader.read(item("call.port == 443 &&\n  call.hots == 'x'"), findings))
        .isEmpty();
    assertThat(findings.all().getFirst().message()).startsWith("at 2:3: undeclared reference");
  }

  /// The law: whatever is composed of the parts of the subset is true exactly when CEL says true.
  /// An error, as of a missing key, is not true.
  @Test
  void isTrueExactlyWhenCelSaysSo() throws Exception {
    var seed = 11_2026L;
    var random = new Random(seed);
    for (var round = 0; round < 600; round++) {
      var source = random(random, 3);
      assertThat(holds(source))
          .as("seed %d, round %d: %s", seed, round, source)
          .isEqualTo(cel(source));
    }
  }

  private static String random(Random random, int depth) {
    if (depth > 0 && random.nextInt(4) > 0) {
      var left = random(random, depth - 1);
      return switch (random.nextInt(3)) {
        case 0 -> "(" + left + " && " + random(random, depth - 1) + ")";
        case 1 -> "(" + left + " || " + random(random, depth - 1) + ")";
        default -> "!(" + left + ")";
      };
    }
    var comparison = pick(random, "==", "!=", "<", "<=", ">", ">=");
    return switch (random.nextInt(8)) {
      case 0 -> text(random) + " " + comparison + " " + text(random);
      case 1 -> whole(random) + " " + comparison + " " + whole(random);
      case 2 -> text(random) + " in ['open', 'GET', 'x']";
      case 3 -> whole(random) + " in [443, 4, 0]";
      case 4 -> text(random) + " in " + table(random);
      case 5 ->
          text(random) + "." + pick(random, "startsWith", "endsWith") + "(" + text(random) + ")";
      case 6 -> text(random) + ".matches('" + pick(random, "^o", "e", "[A-Z]{3}", "x$", "") + "')";
      default -> pick(random, "true", "false");
    };
  }

  private static String text(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> pick(random, TextTerm.Field.values()).word();
      case 1 -> table(random) + "['" + pick(random, "case_state", "repo", "page", "absent") + "']";
      case 2 -> table(random) + "." + pick(random, "user", "state", "absent");
      default -> pick(random, "'open'", "''", "'o'", "'GET'", "'repo'", "'\ud83d\ude00'");
    };
  }

  private static String whole(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> pick(random, WholeTerm.Field.values()).word();
      case 1 -> "size(" + text(random) + ")";
      default -> pick(random, "443", "0", "4", "-1");
    };
  }

  private static String table(Random random) {
    return pick(random, TextTerm.Table.values()).word();
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... values) {
    return values[random.nextInt(values.length)];
  }

  private static CelCompiler celCompiler() {
    var compiler = CelCompilerFactory.standardCelCompilerBuilder().setResultType(SimpleType.BOOL);
    for (var field : TextTerm.Field.values()) {
      compiler.addVar(field.word(), SimpleType.STRING);
    }
    for (var field : WholeTerm.Field.values()) {
      compiler.addVar(field.word(), SimpleType.INT);
    }
    for (var table : TextTerm.Table.values()) {
      compiler.addVar(table.word(), MapType.create(SimpleType.STRING, SimpleType.STRING));
    }
    return compiler.build();
  }

  private static boolean cel(String source) throws CelValidationException {
    var values = new HashMap<String, Object>();
    values.put("session.id", "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    values.put("session.template", "items");
    values.put("session.task.id", "t-7");
    values.put("session.task.purpose", "fix the build");
    values.put("session.on_behalf_of", "maria");
    values.put("call.scheme", "https");
    values.put("call.host", "api.good.test");
    values.put("call.method", "GET");
    values.put("call.path", "/v1/items");
    values.put("call.port", 443L);
    values.put("target.name", "good");
    values.put("target.protocol", "https");
    values.put("target.sensitivity", 1L);
    values.put("session.parameters", PARAMETERS);
    values.put("session.context", CONTEXT);
    values.put("call.query", Map.of("page", "7"));
    try {
      var ast = CEL.compile(source).getAst();
      return CelRuntimeFactory.legacyCelRuntimeBuilder()
          .build()
          .createProgram(ast)
          .eval(values)
          .equals(true);
    } catch (CelEvaluationException _) {
      return false;
    }
  }

  private static boolean refused(String source) {
    var findings = new Findings();
    var refused = ConditionReader.read(item(source), findings).isEmpty();
    assertThat(findings.count() > 0).isEqualTo(refused);
    return refused;
  }

  /// Compiled, sent as an envelope, read again and asked.
  private static boolean holds(String source) {
    var findings = new Findings();
    var condition = ConditionReader.read(item(source), findings);
    assertThat(findings.all()).as(source).isEmpty();
    var target =
        new Target(
            "good",
            List.of(HostPattern.parse("api.good.test").orThrow()),
            Set.of(443),
            Protocol.HTTPS,
            AddressRules.PUBLIC,
            new UpstreamRoots.SystemRoots(),
            Sensitivity.INTERNAL);
    var grant =
        new Grant(
            "read",
            "good",
            Set.of("GET"),
            List.of(PathTemplate.parse("/**").orThrow()),
            OptionalLong.empty(),
            null,
            new Axes(null, null, null, condition.orElseThrow(), false));
    var envelope =
        new Envelope(
            new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            "items",
            "spiffe://example.org/ns/agents/sa/coder",
            Binding.IDENTITY,
            Sharing.EXCLUSIVE,
            NOON,
            Duration.ZERO,
            OptionalLong.empty(),
            Sensitivity.RESTRICTED,
            new SessionFacts("t-7", "fix the build", "maria", PARAMETERS, CONTEXT),
            List.of(target),
            List.of(grant),
            List.of());
    var sent = EnvelopeCodec.decode(EnvelopeCodec.encode(envelope)).orThrow();
    assertThat(sent).isEqualTo(envelope);
    var url = RequestTarget.absolute(URL).orThrow();
    var authority = Objects.requireNonNull(url.authority());
    var call = new Call(authority, "GET", url.path(), url.query());
    return Rules.of(sent).decide(call, NOON.minusSeconds(1)) instanceof Decision.Permitted;
  }

  private static Section.Item item(String source) {
    return new Section.Item(source, new Place("file.yaml", 1, "spec.grants[0].condition"));
  }
}
