package dev.ambit.resources;

import dev.ambit.envelope.Axes;
import dev.ambit.envelope.BodyRule;
import dev.ambit.envelope.StripList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads what a grant asks beyond method and path, and refuses what could never come to a decision.
final class AxesReader {
  /// Methods whose body has no meaning, so that there is none to judge.
  private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", "OPTIONS");

  /// What the proxy takes or writes itself, whatever the agent sends.
  private static final Set<String> NEVER_JUDGED =
      Set.of(
          "accept-encoding",
          "ambit-session",
          "connection",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "sec-websocket-accept",
          "sec-websocket-extensions",
          "sec-websocket-key",
          "sec-websocket-version",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private final Section grant;
  private final Set<String> parameters;
  private final Findings findings;

  private AxesReader(Section grant, Set<String> parameters) {
    this.grant = grant;
    this.parameters = parameters;
    this.findings = grant.findings();
  }

  /// @param parameters that the template declares
  /// @param methods of the grant
  static AxesDraft read(Section grant, Set<String> parameters, Set<String> methods) {
    return new AxesReader(grant, parameters).read(methods);
  }

  private AxesDraft read(Set<String> methods) {
    var pass = grant.has("agentCredentials");
    grant.oneOf("agentCredentials", List.of("pass"), List.of());
    if (pass && grant.has("credential")) {
      findings.add(
          grant.place("agentCredentials"),
          "beside credential",
          "one of the two: one key in a call");
    }
    var query = grant.optionalSection("query").map(section -> query(section, pass));
    var headers = grant.optionalSection("headers").map(section -> headers(section, pass));
    var body = grant.optionalSection("body").flatMap(this::body);
    if (body.isPresent()) {
      methods.stream()
          .filter(WITHOUT_BODY::contains)
          .findFirst()
          .ifPresent(method ->
              findings.add(
                  grant.place("body"),
                  "with method " + method,
                  "methods that have a body: POST, PUT, PATCH, DELETE"));
    }
    var condition =
        grant
            .optionalText("condition")
            .flatMap(text ->
                ConditionReader.read(new Section.Item(text, grant.place("condition")), findings));
    return new AxesDraft(query, headers, body, condition, pass);
  }

  private Map<String, ConstraintDraft> query(Section section, boolean pass) {
    return constraints(
        section,
        Axes.NAMES_MAX,
        true,
        name -> {
          if (!Axes.name(name)) {
            return Optional.of("visible ASCII, at most 128 characters, none of & = # + % ; , : \"");
          }
          return StripList.query(name) && !(pass && StripList.queryKey(name))
              ? Optional.of("none of the strip list, which no call gets through")
              : Optional.empty();
        });
  }

  private Map<String, ConstraintDraft> headers(Section section, boolean pass) {
    var read =
        constraints(
            section,
            Axes.NAMES_MAX,
            true,
            name -> {
              if (!name.matches("[A-Za-z0-9-]{1,128}")) {
                return Optional.of("letters, digits and -");
              } else if (NEVER_JUDGED.contains(name.toLowerCase(Locale.ROOT))) {
                return Optional.of("none that the proxy takes or writes itself");
              }
              return StripList.header(name) && !(pass && StripList.key(name))
                  ? Optional.of("none of the strip list, which no call gets through")
                  : Optional.empty();
            });
    var lower = new LinkedHashMap<String, ConstraintDraft>();
    read.forEach((name, constraint) -> {
      if (lower.put(name.toLowerCase(Locale.ROOT), constraint) != null) {
        findings.add(section.place(name), name + " twice", "each once, whatever the case");
      }
    });
    return lower;
  }

  private Optional<AxesDraft.BodyDraft> body(Section body) {
    body.unbuilt("form", "multipart", "graphql");
    var json = body.section("json");
    var additional = body.flag("additional");
    body.close();
    if (json.isEmpty()) {
      return Optional.empty();
    }
    var members =
        constraints(
            json.get(),
            BodyRule.MEMBERS_MAX,
            false,
            name ->
                BodyRule.pointer(name)
                    ? Optional.empty()
                    : Optional.of("a JSON pointer (RFC 6901): /name, /outer/inner"));
    for (var pointer : members.keySet()) {
      for (var other : members.keySet()) {
        if (other.startsWith(pointer + "/")) {
          findings.add(
              json.get().place(other),
              Findings.shown(other) + " below " + Findings.shown(pointer),
              "one of the two");
        }
      }
    }
    return Optional.of(new AxesDraft.BodyDraft(members, additional));
  }

  /// Says what a name should be instead; nothing where it is good.
  private interface NameRule {
    Optional<String> expected(String name);
  }

  private Map<String, ConstraintDraft> constraints(
      Section section, int sizeMax, boolean textOnly, NameRule rule) {
    var constraints = new LinkedHashMap<String, ConstraintDraft>();
    var names = section.keys();
    if (names.size() > sizeMax) {
      findings.add(section.place(), names.size() + " names", "at most " + sizeMax);
      return constraints;
    }
    var reader = new ConstraintReader(parameters, textOnly, findings);
    for (var name : names) {
      var expected = rule.expected(name);
      if (expected.isPresent()) {
        findings.add(section.placeOf(name), Findings.shown(name), expected.get());
      } else {
        section.section(name).map(reader::read).ifPresent(draft -> constraints.put(name, draft));
      }
    }
    return constraints;
  }
}
