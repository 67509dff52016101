package dev.ambit.envelope;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// Envelope E0 of security.md 4 in this version's terms, and calls to try against it.
final class Fixtures {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  static final SessionId SESSION = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV");

  private Fixtures() {}

  static Target target(String name, Protocol protocol, int port, String... hosts) {
    return new Target(
        name,
        List.of(hosts).stream().map(host -> HostPattern.parse(host).orThrow()).toList(),
        Set.of(port),
        protocol,
        AddressRules.PUBLIC,
        new UpstreamRoots.SystemRoots());
  }

  static Grant grant(String name, String target, Set<String> methods, String... paths) {
    return new Grant(name, target, methods, paths(paths), OptionalLong.empty(), null);
  }

  static List<PathTemplate> paths(String... paths) {
    return List.of(paths).stream().map(path -> PathTemplate.parse(path).orThrow()).toList();
  }

  static Envelope envelope(List<Target> targets, List<Grant> grants, List<DenyRule> denies) {
    return new Envelope(
        SESSION,
        "items",
        "spiffe://example.org/ns/agents/sa/coder",
        Binding.IDENTITY,
        Sharing.EXCLUSIVE,
        NOON,
        Duration.ofMinutes(10),
        OptionalLong.of(500),
        targets,
        grants,
        denies);
  }

  static Envelope e0() {
    var narrow = new TreeMap<String, List<String>>();
    narrow.put("scopes", List.of("items:read"));
    return envelope(
        List.of(
            target("good", Protocol.HTTPS, 443, "api.good.test"),
            target("pool", Protocol.HTTPS, 443, "*.pool.test"),
            target("plain", Protocol.HTTP, 8080, "plain.good.test")),
        List.of(
            new Grant(
                "items",
                "good",
                Set.of("GET", "POST"),
                paths("/v1/items/{id}"),
                OptionalLong.of(3),
                new CredentialRef("tickets-oauth", narrow)),
            grant("files", "good", Set.of("GET"), "/files/**"),
            grant("pool", "pool", Set.of("GET"), "/**"),
            grant("plain", "plain", Set.of("GET"), "/")),
        List.of(new DenyRule("good", Set.of(), paths("/files/secret/**"))));
  }

  /// One grant that asks something on every axis, and what is known of the session.
  static Envelope constrained() {
    var target = target("good", Protocol.HTTPS, 443, "api.good.test");
    var internal =
        new Target(
            target.name(),
            target.hosts(),
            target.ports(),
            target.protocol(),
            target.addresses(),
            target.roots(),
            Sensitivity.INTERNAL);
    var every =
        new Constraint(
            true,
            List.of(
                new Json.Text("a"),
                new JsonNumber("1.5"),
                new Json.Truth(true),
                new Json.Nothing()),
            "a",
            new JsonNumber("-1"),
            new JsonNumber("9007199254740991"),
            OptionalInt.of(1),
            OptionalInt.of(9),
            Pattern.compile("[a-z]+"));
    var axes =
        new Axes(
            new TreeMap<>(Map.of("page", every, "q", Constraint.ANY)),
            new TreeMap<>(Map.of("accept", Constraint.ANY)),
            new BodyRule(new TreeMap<>(Map.of("/a/b~1c", every)), true),
            everyPart(),
            true);
    var grant =
        new Grant("post", "good", Set.of("POST"), paths("/v1"), OptionalLong.empty(), null, axes);
    var e = envelope(List.of(internal), List.of(grant), List.of());
    return new Envelope(
        e.session(),
        e.template(),
        e.workload(),
        e.binding(),
        e.sharing(),
        e.expiresAt(),
        e.idle(),
        e.calls(),
        Sensitivity.CONFIDENTIAL,
        new SessionFacts("t-7", "fix", "maria", Map.of("repo", "x"), Map.of("state", "open")),
        e.targets(),
        e.grants(),
        e.denies());
  }

  /// A condition with every kind of part.
  private static Condition everyPart() {
    var key = new TextTerm.Lookup(TextTerm.Table.SESSION_CONTEXT, new TextTerm.Literal("state"));
    var parts =
        List.<Condition>of(
            new Condition.Always(true),
            new Condition.Not(new Condition.Always(false)),
            new Condition.CompareText(Comparison.EQUAL, key, new TextTerm.Literal("open")),
            new Condition.CompareWhole(
                Comparison.LESS_OR_EQUAL, WholeTerm.Field.CALL_PORT, new WholeTerm.Literal(443)),
            new Condition.CompareWhole(
                Comparison.GREATER, new WholeTerm.Size(key), new WholeTerm.Literal(-1)),
            new Condition.InTexts(TextTerm.Field.CALL_METHOD, List.of("GET", "POST")),
            new Condition.InWholes(WholeTerm.Field.TARGET_SENSITIVITY, List.of(0L, 1L)),
            new Condition.HasKey(new TextTerm.Literal("repo"), TextTerm.Table.SESSION_PARAMETERS),
            new Condition.StartsWith(TextTerm.Field.CALL_PATH, new TextTerm.Literal("/v1")),
            new Condition.EndsWith(TextTerm.Field.CALL_HOST, new TextTerm.Literal(".test")),
            new Condition.Matches(TextTerm.Field.TARGET_NAME, Pattern.compile("^g")));
    return parts.stream()
        .reduce(new Condition.Or(parts.getFirst(), parts.getLast()), Condition.And::new);
  }

  static Call call(String method, String url) {
    var target = RequestTarget.absolute(url).orThrow();
    if (target.authority() == null) {
      throw new AssertionError("absolute form without an authority");
    }
    return new Call(target.authority(), method, target.path(), target.query());
  }
}
