package dev.ambit.resources;

import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.TargetIndex;
import dev.ambit.envelope.UpstreamRoots;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Gathers the resources of a set and judges what can only be judged with all of them there: names,
/// shared hosts, guard rails, and everything that one resource says of another.
final class Assembly {
  static final int GRANTS_MAX = 10_000;

  private final Findings findings;
  private final Map<String, Set<String>> declared = new HashMap<>();
  private final Map<String, TargetReader.Draft> targets = new LinkedHashMap<>();
  private final Map<String, ProviderSpec> providers = new LinkedHashMap<>();
  private final Map<String, TemplateReader.Draft> templates = new LinkedHashMap<>();
  private Optional<Policy> policy = Optional.empty();
  private boolean namesMissing;

  Assembly(Findings findings) {
    this.findings = findings;
  }

  /// Notes that there is such a resource, broken or not, so that it is reported once, not again by
  /// everyone who refers to it.
  void declare(String kind, String name, Place place) {
    if (!declared.computeIfAbsent(kind, _ -> new HashSet<>()).add(name)) {
      findings.add(place, kind + " " + name + " is there before", "one of each kind and name");
    }
  }

  /// Notes that some resource could not be read as far as its name: from now on "there is no such
  /// target" would be guessing.
  void missName() {
    namesMissing = true;
  }

  void add(TargetReader.Draft target) {
    targets.putIfAbsent(target.target().name(), target);
  }

  void add(ProviderSpec provider) {
    providers.putIfAbsent(provider.name(), provider);
  }

  void add(TemplateReader.Draft template) {
    templates.putIfAbsent(template.name(), template);
  }

  void add(Policy next) {
    policy = Optional.of(policy.map(p -> p.and(next)).orElse(next));
  }

  /// The set; it is whole only if nothing was found, here or before.
  ///
  /// @param digest over the files so far; the certificates that targets name are added
  ResourceSet assemble(MessageDigest digest) {
    var rails = policy.orElse(Policy.DEFAULT);
    checkTargets(rails);
    var grants = 0;
    for (var template : templates.values()) {
      check(template, rails);
      grants += template.grants().size();
    }
    if (grants > GRANTS_MAX) {
      var last = templates.values().stream().toList().getLast().maxTtl();
      findings.add(
          new Place(last.file(), last.line(), "spec.grants"),
          grants + " grants in all",
          "at most " + GRANTS_MAX);
    }
    var all = new LinkedHashMap<String, Target>();
    targets.forEach((name, draft) -> all.put(name, draft.target()));
    var scopes = new HashMap<String, List<String>>();
    providers.forEach((name, provider) -> scopes.put(name, provider.scopes()));
    var checked = new HashMap<String, SessionTemplate>();
    templates.forEach((name, draft) -> checked.put(name, new CheckedTemplate(draft, all, scopes)));
    for (var target : all.values()) {
      if (target.roots() instanceof UpstreamRoots.Bundle(String pem)) {
        digest.update(pem.getBytes(StandardCharsets.US_ASCII));
      }
    }
    var hex = HexFormat.of().formatHex(digest.digest());
    return new ResourceSet(hex, all, providers, checked, rails);
  }

  private void checkTargets(Policy rails) {
    for (var draft : targets.values()) {
      var hosts = draft.target().hosts();
      for (var i = 0; i < hosts.size(); i++) {
        var host = hosts.get(i);
        var place = draft.hosts().get(i);
        rails.neverTargets().stream()
            .filter(never -> never.overlaps(host))
            .findFirst()
            .ifPresent(never ->
                findings.add(
                    place,
                    host.text() + " is forbidden by neverTargets " + never.text(),
                    "another host"));
      }
    }
    var index = TargetIndex.of(targets.values().stream().map(TargetReader.Draft::target).toList());
    for (var conflict : index.conflicts()) {
      var draft = targets.get(conflict.target().name());
      if (draft != null) {
        findings.add(
            draft.place(conflict.host()),
            conflict.host()
                + ":"
                + conflict.port()
                + " is also held by target "
                + conflict.other().name(),
            "each host and port in one target");
      }
    }
  }

  private void check(TemplateReader.Draft template, Policy rails) {
    if (template.limits().maxTtl().compareTo(rails.maxTtl()) > 0) {
      findings.add(
          template.maxTtl(),
          Durations.print(template.limits().maxTtl()),
          "at most the Policy's maxTtl " + Durations.print(rails.maxTtl()));
    }
    for (var grant : template.grants()) {
      exists("Target", grant.target());
      checkProtocol(grant);
      if (grant.provider().isPresent()) {
        var provider = grant.provider().get();
        exists("CredentialProvider", provider);
        checkScopes(grant, providers.get(provider.text()));
        if (providers.get(provider.text()) instanceof ProviderSpec.StandingKey
            && !template.outlives()) {
          findings.add(
              provider.place(),
              "the key of " + provider.text() + " outlives the session",
              "outlives: accepted in the spec of this template");
        }
        var target = targets.get(grant.target().text());
        if (target != null && target.target().scheme() == Scheme.HTTP) {
          findings.add(
              provider.place(),
              "credential on target " + target.target().name() + " with protocol http",
              "protocol https: no credential travels in cleartext");
        }
      }
    }
    for (var rule : template.denies()) {
      exists("Target", rule.target());
      checkUnread(rule.target(), rule.read(), "the target alone");
    }
  }

  /// gRPC is granted by its methods, WebSocket by its paths, and nothing else is; what is opaque,
  /// by its target alone.
  private void checkProtocol(TemplateReader.GrantDraft grant) {
    var target = targets.get(grant.target().text());
    if (target == null) {
      return;
    }
    var protocol = target.target().protocol();
    if (protocol.opaque()) {
      checkUnread(grant.target(), grant.read(), "a budget or condition at most");
      return;
    }
    if (grant.asked().in() == Asked.In.NOTHING) {
      findings.add(
          grant.target().place(),
          "no methods and paths on target " + target.target().name(),
          Asked.In.form(protocol));
      return;
    }
    grant
        .asked()
        .expected(protocol)
        .ifPresent(expected ->
            findings.add(
                grant.target().place(),
                "target " + target.target().name() + " with protocol " + protocol.text(),
                expected));
  }

  /// Of what goes to an opaque target nothing is read, so that nothing of it can be asked.
  private void checkUnread(Section.Item name, List<Place> read, String expected) {
    var target = targets.get(name.text());
    if (target == null || !target.target().protocol().opaque()) {
      return;
    }
    for (var place : read) {
      findings.add(
          place,
          "on target "
              + target.target().name()
              + " with protocol "
              + target.target().protocol().text()
              + ", of which nothing is read",
          expected);
    }
  }

  private void exists(String kind, Section.Item name) {
    var names = declared.getOrDefault(kind, Set.of());
    if (!namesMissing && !name.text().isEmpty() && !names.contains(name.text())) {
      var known =
          names.isEmpty() ? "there is none" : String.join(", ", names.stream().sorted().toList());
      findings.add(
          name.place(), Findings.shown(name.text()), "a " + kind + " of this set: " + known);
    }
  }

  private void checkScopes(TemplateReader.GrantDraft grant, @Nullable ProviderSpec provider) {
    if (provider == null) {
      return;
    }
    var allowed = provider.scopes();
    for (var scope : grant.scopes()) {
      var fixed = scope.value().names().isEmpty();
      if (fixed && !allowed.contains(scope.value().text())) {
        findings.add(
            scope.place(),
            Findings.shown(scope.value().text()),
            "a scope of provider "
                + provider.name()
                + ": "
                + (allowed.isEmpty() ? "it has none" : String.join(", ", allowed)));
      }
    }
  }
}
