package dev.ambit.envelope;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// Envelope E0 of security.md 4 in this version's terms, and calls to try against it.
final class Fixtures {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  static final SessionId SESSION = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV");

  private Fixtures() {}

  static Target target(String name, Scheme scheme, int port, String... hosts) {
    return new Target(
        name,
        List.of(hosts).stream().map(host -> HostPattern.parse(host).orThrow()).toList(),
        Set.of(port),
        scheme,
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
            target("good", Scheme.HTTPS, 443, "api.good.test"),
            target("pool", Scheme.HTTPS, 443, "*.pool.test"),
            target("plain", Scheme.HTTP, 8080, "plain.good.test")),
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

  static Call call(String method, String url) {
    var target = RequestTarget.absolute(url).orThrow();
    if (target.authority() == null) {
      throw new AssertionError("absolute form without an authority");
    }
    return new Call(target.authority(), method, target.path(), target.query());
  }
}
