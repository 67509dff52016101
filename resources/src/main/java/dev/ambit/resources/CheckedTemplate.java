package dev.ambit.resources;

import com.google.re2j.Pattern;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.DenyRule;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A template whose targets and providers are all there. Immutable.
final class CheckedTemplate implements SessionTemplate {
  static final String BOOTSTRAP = "bootstrap";

  /// Characters of one parameter's value.
  static final int VALUE_MAX = 256;

  private final TemplateReader.Draft draft;
  private final List<SpiffePattern> openers;
  private final List<KubernetesOpener> accounts;
  private final Map<String, Target> targets = new LinkedHashMap<>();
  private final Map<String, List<String>> scopes;
  private final Set<String> inPaths = new LinkedHashSet<>();

  /// @param all every target that the draft names
  /// @param scopes what may be asked of each provider that the draft names
  CheckedTemplate(
      TemplateReader.Draft draft, Map<String, Target> all, Map<String, List<String>> scopes) {
    this.draft = draft;
    this.scopes = Map.copyOf(scopes);
    this.openers = draft.openers().stream().flatMap(o -> SpiffePattern.parse(o).stream()).toList();
    this.accounts =
        draft.openers().stream().flatMap(o -> KubernetesOpener.parse(o).stream()).toList();
    for (var grant : draft.grants()) {
      var target = all.get(grant.target().text());
      if (target != null) {
        targets.put(target.name(), target);
      }
      grant.asked().paths().forEach(path -> inPaths.addAll(path.names()));
    }
    draft.denies().forEach(rule -> rule.paths().forEach(path -> inPaths.addAll(path.names())));
  }

  @Override
  public String name() {
    return draft.name();
  }

  @Override
  public Binding binding() {
    return draft.binding();
  }

  @Override
  public Sharing sharing() {
    return draft.sharing();
  }

  @Override
  public Duration ttl() {
    return draft.limits().ttl();
  }

  @Override
  public Duration maxTtl() {
    return draft.limits().maxTtl();
  }

  @Override
  public Optional<SuspendAfter> suspendAfter() {
    return draft.suspendAfter();
  }

  @Override
  public SortedSet<String> suspendOn() {
    return draft.suspendOn();
  }

  @Override
  public boolean admitsOpener(String caller) {
    return caller.equals(BOOTSTRAP)
        ? draft.openers().contains(BOOTSTRAP)
        : openers.stream().anyMatch(opener -> opener.matches(caller))
            || accounts.stream().anyMatch(account -> account.matches(caller));
  }

  @Override
  public boolean admitsWorkload(String spiffeId) {
    return draft.workloads().stream().anyMatch(workload -> workload.matches(spiffeId));
  }

  @Override
  public String someWorkload() {
    return draft.workloads().getFirst().some();
  }

  @Override
  public Instance instantiate(Order order) {
    var problems = new ArrayList<Problem>();
    checkParameters(order.parameters(), problems);
    var ttl = order.ttl().orElse(ttl());
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(ttl()) > 0) {
      problems.add(new Problem("ttl", ttl + " (expected: 1s to " + Durations.print(ttl()) + ")"));
    }
    if (!admitsWorkload(order.workload())) {
      var admitted = draft.workloads().stream().map(SpiffePattern::text).toList();
      problems.add(
          new Problem(
              "workload",
              "not admitted by template "
                  + name()
                  + " (expected: "
                  + String.join(", ", admitted)
                  + ")"));
    }
    if (!problems.isEmpty()) {
      return new Instance.Refused(problems);
    }
    var grants = new ArrayList<Grant>();
    for (var grant : draft.grants()) {
      var credential = credential(grant, order.parameters(), problems);
      try {
        grants.add(
            new Grant(
                grant.name(),
                grant.target().text(),
                grant.asked().methods(),
                bound(grant.asked().paths(), order.parameters()),
                grant.calls(),
                credential,
                grant.axes().bind(order.parameters()),
                grant.asked().in() == Asked.In.WEBSOCKET));
      } catch (IllegalArgumentException e) {
        problems.add(new Problem("parameters", "grant " + grant.name() + ": " + e.getMessage()));
      }
    }
    return problems.isEmpty() ? freeze(order, ttl, grants) : new Instance.Refused(problems);
  }

  private Instance freeze(Order order, Duration ttl, List<Grant> grants) {
    var denies = new ArrayList<DenyRule>();
    for (var rule : draft.denies()) {
      // A target without a grant is not in the envelope: nothing is left to forbid there.
      if (targets.containsKey(rule.target().text())) {
        denies.add(
            new DenyRule(
                rule.target().text(), rule.methods(), bound(rule.paths(), order.parameters())));
      }
    }
    var limits = draft.limits();
    var envelope =
        new Envelope(
            order.session(),
            name(),
            order.workload(),
            binding(),
            sharing(),
            order.now().plus(ttl),
            limits.idle(),
            limits.calls(),
            draft.ceiling(),
            order.facts(),
            List.copyOf(targets.values()),
            grants,
            denies);
    try {
      EnvelopeCodec.encode(envelope);
      return new Instance.Frozen(envelope);
    } catch (IllegalArgumentException e) {
      return new Instance.Refused(List.of(new Problem("template", String.valueOf(e.getMessage()))));
    }
  }

  private void checkParameters(Map<String, String> given, List<Problem> problems) {
    draft.parameters().forEach((name, pattern) -> check(name, pattern, given.get(name), problems));
    for (var name : given.keySet()) {
      if (!draft.parameters().containsKey(name)) {
        var known = draft.parameters().keySet();
        problems.add(
            new Problem(
                "parameters." + name,
                "unknown (expected: "
                    + (known.isEmpty() ? "none" : String.join(", ", known))
                    + ")"));
      }
    }
  }

  private void check(String name, Pattern pattern, @Nullable String value, List<Problem> problems) {
    var field = "parameters." + name;
    var expected = " (expected: a match of " + pattern.pattern() + ")";
    if (value == null) {
      problems.add(new Problem(field, "missing" + expected));
    } else if (value.length() > VALUE_MAX) {
      problems.add(new Problem(field, value.length() + " characters (expected: at most 256)"));
    } else if (!pattern.matcher(value).matches()) {
      problems.add(new Problem(field, Findings.shown(value) + expected));
    } else if (inPaths.contains(name) && !PathTemplate.fits(value)) {
      problems.add(
          new Problem(
              field,
              Findings.shown(value) + " (expected: letters, digits, - . _ ~, for a path segment)"));
    }
  }

  private @Nullable CredentialRef credential(
      TemplateReader.GrantDraft grant, Map<String, String> parameters, List<Problem> problems) {
    if (grant.provider().isEmpty()) {
      return null;
    }
    var provider = grant.provider().get().text();
    var allowed = scopes.getOrDefault(provider, List.of());
    var asked = new LinkedHashSet<String>();
    for (var scope : grant.scopes()) {
      var value = scope.value().apply(parameters);
      if (!allowed.contains(value)) {
        var names = scope.value().names();
        problems.add(
            new Problem(
                names.isEmpty() ? "template" : "parameters." + names.iterator().next(),
                "scope "
                    + Findings.shown(value)
                    + " (expected: one of "
                    + String.join(", ", allowed)
                    + ")"));
      } else {
        asked.add(value);
      }
    }
    var narrow = new TreeMap<String, List<String>>();
    narrow.put("scopes", grant.scopes().isEmpty() ? allowed : List.copyOf(asked));
    return new CredentialRef(provider, narrow);
  }

  private static List<PathTemplate> bound(
      List<PathTemplate> paths, Map<String, String> parameters) {
    return paths.stream().map(path -> path.bind(parameters)).toList();
  }
}
