package dev.ambit.resources;

import com.google.re2j.Pattern;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Names;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Sensitivity;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.Sharing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Reads the `spec` of a SessionTemplate, as far as it can be judged without other resources.
final class TemplateReader {
  static final int GRANTS_MAX = 1_000;
  private static final int PARAMETERS_MAX = 64;
  private static final int NAMES_MAX = 64;
  private static final int DENIALS_MAX = 1_000;
  private static final Duration WITHIN_MAX = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final List<String> OPENERS_NOT_BUILT = List.of("oidc:", "group:");

  /// What asks of what is said in a call, so that somebody must read it.
  private static final List<String> READ =
      List.of(
          "methods",
          "paths",
          "grpc",
          "websocket",
          "query",
          "headers",
          "body",
          "credential",
          "agentCredentials");

  private final Section spec;
  private final Findings findings;

  TemplateReader(Section spec) {
    this.spec = spec;
    this.findings = spec.findings();
  }

  /// What a template says, its targets and providers still by name.
  ///
  /// @param outlives whether it may use keys that outlive its sessions
  record Draft(
      String name,
      Map<String, Pattern> parameters,
      Set<String> openers,
      List<SpiffePattern> workloads,
      Binding binding,
      Sharing sharing,
      Limits limits,
      Sensitivity ceiling,
      Place maxTtl,
      boolean outlives,
      Optional<SessionTemplate.SuspendAfter> suspendAfter,
      SortedSet<String> suspendOn,
      List<GrantDraft> grants,
      List<DenyDraft> denies) {}

  record Limits(Duration ttl, Duration maxTtl, Duration idle, OptionalLong calls) {}

  /// @param read where something stands that asks of what is said in a call
  /// @param provider empty for a grant without a credential
  /// @param scopes empty for all that the provider has
  record GrantDraft(
      String name,
      Section.Item target,
      Asked asked,
      List<Place> read,
      OptionalLong calls,
      Optional<Section.Item> provider,
      List<ScopeDraft> scopes,
      AxesDraft axes) {}

  record ScopeDraft(Substitution value, Place place) {}

  record DenyDraft(
      Section.Item target, Set<String> methods, List<PathTemplate> paths, List<Place> read) {}

  Optional<Draft> read(String name) {
    var before = findings.count();
    spec.unbuilt("delegation", "mode", "approval", "condition");
    var ceiling = sensitivity(spec, "sensitivityCeiling");
    var parameters = parameters();
    var openers = new TreeSet<String>();
    var workloads = new ArrayList<SpiffePattern>();
    spec.texts("openers", NAMES_MAX).forEach(item -> opener(item, openers));
    spec.texts("workloads", NAMES_MAX).forEach(item -> spiffe(item).ifPresent(workloads::add));
    var binding = spec.oneOf("binding", List.of("pod", "identity"), List.of());
    var sharing = spec.oneOf("sharing", List.of("exclusive", "by-handle"), List.of());
    var limits = spec.section("limits").map(this::limits);
    var maxTtl = spec.optionalSection("limits").orElse(spec).place("maxTtl");
    var outlives = outlives();
    var suspendAfter = spec.optionalSection("suspendAfter").flatMap(this::suspendAfter);
    var suspendOn = new TreeSet<String>();
    spec.optionalTexts("suspendOn", SessionFacts.CONTEXT_MAX)
        .forEach(key -> suspendOn(key, suspendOn));
    var grants = new ArrayList<GrantDraft>();
    var names = new HashSet<String>();
    for (var grant : spec.sections("grants", GRANTS_MAX)) {
      grants.add(grant(grant, parameters.keySet(), names));
    }
    if (grants.isEmpty()) {
      findings.add(spec.place("grants"), "no grant", "a list with at least one");
    }
    var denies = new ArrayList<DenyDraft>();
    for (var rule : spec.sections("deny", GRANTS_MAX)) {
      denies.add(deny(rule));
    }
    spec.close();
    if (findings.count() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new Draft(
            name,
            parameters,
            openers,
            workloads,
            binding.equals("pod") ? Binding.POD : Binding.IDENTITY,
            sharing.equals("exclusive") ? Sharing.EXCLUSIVE : Sharing.BY_HANDLE,
            limits.orElseThrow(),
            ceiling,
            maxTtl,
            outlives,
            suspendAfter,
            suspendOn,
            grants,
            denies));
  }

  private Map<String, Pattern> parameters() {
    var parameters = new LinkedHashMap<String, Pattern>();
    var section = spec.optionalSection("parameters");
    if (section.isEmpty()) {
      return parameters;
    }
    var names = section.get().keys();
    if (names.size() > PARAMETERS_MAX) {
      findings.add(section.get().place(), names.size() + " parameters", "at most 64");
      return parameters;
    }
    for (var name : names) {
      if (!Names.parameter(name)) {
        findings.add(
            section.get().place(), Findings.shown(name), "a letter, then letters, digits, _");
        continue;
      }
      section.get().section(name).flatMap(this::pattern).ifPresent(p -> parameters.put(name, p));
    }
    return parameters;
  }

  private Optional<Pattern> pattern(Section parameter) {
    var text = parameter.text("pattern");
    parameter.close();
    return text.isEmpty()
        ? Optional.empty()
        : Patterns.compile(text, parameter.place("pattern"), findings);
  }

  /// How sensitive something may be at most; as much as can be where nothing is said.
  static Sensitivity sensitivity(Section section, String key) {
    var words = Arrays.stream(Sensitivity.values()).map(Sensitivity::word).toList();
    if (!section.has(key)) {
      return Sensitivity.RESTRICTED;
    }
    var word = section.oneOf(key, words, List.of());
    return Arrays.stream(Sensitivity.values())
        .filter(each -> each.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  private void opener(Section.Item item, Set<String> openers) {
    for (var kind : OPENERS_NOT_BUILT) {
      if (item.text().startsWith(kind)) {
        findings.add(item.place(), kind + " not enforced yet by this version; remove it");
        return;
      }
    }
    if (item.text().equals(CheckedTemplate.BOOTSTRAP)) {
      openers.add(item.text());
    } else if (item.text().startsWith(KubernetesOpener.SCHEME)) {
      account(item).ifPresent(account -> openers.add(account.text()));
    } else {
      spiffe(item).ifPresent(id -> openers.add(id.text()));
    }
  }

  private Optional<KubernetesOpener> account(Section.Item item) {
    var account = KubernetesOpener.parse(item.text());
    if (account.isEmpty()) {
      findings.add(
          item.place(),
          Findings.shown(item.text()),
          "kubernetes:NAMESPACE:SERVICEACCOUNT, or kubernetes:NAMESPACE for all of it");
    }
    return account;
  }

  private Optional<SpiffePattern> spiffe(Section.Item item) {
    var pattern = SpiffePattern.parse(item.text());
    if (pattern.isEmpty()) {
      findings.add(
          item.place(),
          Findings.shown(item.text()),
          "spiffe://domain/path, with * only as the last character");
    }
    return pattern;
  }

  private boolean outlives() {
    var word = spec.optionalText("outlives");
    if (word.isPresent() && !word.get().equals("accepted")) {
      findings.add(spec.place("outlives"), Findings.shown(word.get()), "accepted, or no such key");
    }
    return word.isPresent();
  }

  private Limits limits(Section limits) {
    limits.unbuilt("bytesOut", "bytesIn", "bytes", "rate", "tokens", "cost");
    if (!limits.has("ttl")) {
      findings.add(limits.place("ttl"), "missing", "a duration such as 30m");
    }
    var ttl = limits.duration("ttl", SECOND, PolicyReader.TTL_MAX).orElse(SECOND);
    var maxTtl = limits.duration("maxTtl", SECOND, PolicyReader.TTL_MAX).orElse(ttl);
    var idle = limits.duration("idle", SECOND, PolicyReader.TTL_MAX).orElse(Duration.ZERO);
    var calls = limits.count("calls", 1, 1_000_000_000);
    limits.close();
    if (ttl.compareTo(maxTtl) > 0) {
      findings.add(
          limits.place("ttl"), Durations.print(ttl), "at most maxTtl " + Durations.print(maxTtl));
    }
    return new Limits(ttl, maxTtl, idle, calls);
  }

  private Optional<SessionTemplate.SuspendAfter> suspendAfter(Section after) {
    for (var key : List.of("denials", "within")) {
      if (!after.has(key)) {
        findings.add(after.place(key), "missing", "both denials and within");
      }
    }
    var denials = after.count("denials", 1, DENIALS_MAX);
    var within = after.duration("within", SECOND, WITHIN_MAX);
    after.close();
    return denials.isPresent() && within.isPresent()
        ? Optional.of(new SessionTemplate.SuspendAfter(denials.getAsLong(), within.get()))
        : Optional.empty();
  }

  private void suspendOn(Section.Item key, Set<String> keys) {
    if (!Names.parameter(key.text())) {
      findings.add(key.place(), Findings.shown(key.text()), "a letter, then letters, digits, _");
    } else if (!keys.add(key.text())) {
      findings.add(key.place(), key.text() + " twice", "each once");
    }
  }

  private GrantDraft grant(Section grant, Set<String> parameters, Set<String> names) {
    grant.unbuilt("approval", "mcp", "mode");
    var name = grant.text("name");
    if (!name.isEmpty() && !Names.resource(name)) {
      findings.add(grant.place("name"), Findings.shown(name), Names.FORM);
    } else if (!name.isEmpty() && !names.add(name)) {
      findings.add(grant.place("name"), name + " is there before", "one grant of each name");
    }
    var target = new Section.Item(grant.text("target"), grant.place("target"));
    var asked = asked(grant, parameters);
    var calls = grant.optionalSection("budget").map(this::budget).orElse(OptionalLong.empty());
    var scopes = new ArrayList<ScopeDraft>();
    var provider =
        grant
            .optionalSection("credential")
            .map(credential -> provider(credential, parameters, scopes));
    var axes = AxesReader.read(grant, parameters, asked.methods());
    grant.close();
    return new GrantDraft(name, target, asked, places(grant, READ), calls, provider, scopes, axes);
  }

  private Asked asked(Section grant, Set<String> parameters) {
    var grpc = grant.optionalSection("grpc");
    if (grpc.isPresent()) {
      return new Asked(
          Asked.In.GRPC, Set.of("POST"), GrpcReader.read(grant, grpc.get(), parameters));
    }
    var webSocket = grant.optionalSection("websocket");
    if (webSocket.isPresent()) {
      for (var key : List.of("methods", "paths", "body")) {
        grant.refuse(key, key + " beside websocket", "websocket alone: it is a GET of its paths");
      }
      var paths = paths(webSocket.get().texts("paths", Grant.PATHS_MAX));
      webSocket.get().close();
      return new Asked(Asked.In.WEBSOCKET, Set.of("GET"), paths);
    }
    // With none of them it can only be a grant of an opaque target, which there may be.
    if (!grant.has("methods") && !grant.has("paths")) {
      return new Asked(Asked.In.NOTHING, Set.of(), List.of());
    }
    return new Asked(
        Asked.In.HTTP,
        methods(grant, grant.texts("methods", Call.METHODS.size())),
        paths(grant.texts("paths", Grant.PATHS_MAX)));
  }

  private static List<Place> places(Section section, List<String> keys) {
    return keys.stream().filter(section::has).map(section::place).toList();
  }

  private OptionalLong budget(Section budget) {
    budget.unbuilt("bytesOut", "bytesIn", "bytes", "rate", "tokens", "cost");
    var calls = budget.count("calls", 1, 1_000_000_000);
    if (calls.isEmpty() && !budget.has("calls")) {
      findings.add(budget.place("calls"), "missing", "1 to 1000000000");
    }
    budget.close();
    return calls;
  }

  private Section.Item provider(
      Section credential, Set<String> parameters, List<ScopeDraft> scopes) {
    var provider = new Section.Item(credential.text("provider"), credential.place("provider"));
    credential.oneOf("lifetime", List.of("session"), List.of("call"));
    var narrow = credential.optionalSection("narrow");
    if (narrow.isPresent()) {
      for (var item : narrow.get().texts("scopes", ProviderReader.SCOPES_MAX)) {
        scope(item, parameters).ifPresent(scopes::add);
      }
      narrow.get().close();
    }
    credential.close();
    return provider;
  }

  private Optional<ScopeDraft> scope(Section.Item item, Set<String> parameters) {
    return Substitution.read(item, parameters, findings)
        .map(value -> new ScopeDraft(value, item.place()));
  }

  private DenyDraft deny(Section rule) {
    rule.unbuilt("mcp", "grpc", "websocket", "condition", "query", "headers", "body");
    var target = new Section.Item(rule.text("target"), rule.place("target"));
    var methods = methods(rule, rule.optionalTexts("methods", Call.METHODS.size()));
    var paths = paths(rule.optionalTexts("paths", Grant.PATHS_MAX));
    for (var axis : List.of("methods", "paths")) {
      // Absent means all; an empty list would mean all too, and look like none.
      if (rule.has(axis) && (axis.equals("methods") ? methods.isEmpty() : paths.isEmpty())) {
        findings.add(rule.place(axis), "nothing", "some, or no such key for all");
      }
    }
    rule.close();
    return new DenyDraft(target, methods, paths, places(rule, READ));
  }

  private Set<String> methods(Section section, List<Section.Item> items) {
    var methods = new TreeSet<String>();
    for (var item : items) {
      if (!Call.METHODS.contains(item.text())) {
        findings.add(
            item.place(), Findings.shown(item.text()), "one of " + String.join(", ", Call.METHODS));
      } else if (!methods.add(item.text())) {
        section.findings().add(item.place(), item.text() + " twice", "each once");
      }
    }
    return methods;
  }

  private List<PathTemplate> paths(List<Section.Item> items) {
    var paths = new ArrayList<PathTemplate>();
    for (var item : items) {
      switch (PathTemplate.parse(item.text())) {
        case Parsed.Ok<PathTemplate>(PathTemplate path) -> paths.add(path);
        case Parsed.Malformed<PathTemplate>(String why) ->
            findings.add(item.place(), Findings.shown(item.text()) + ": " + why);
      }
    }
    return paths;
  }
}
