package dev.ambit.resources;

import dev.ambit.envelope.Axes;
import dev.ambit.envelope.BodyRule;
import dev.ambit.envelope.Condition;
import dev.ambit.envelope.Constraint;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a grant asks beyond method and path, its strings still with parameters.
record AxesDraft(
    Optional<Map<String, ConstraintDraft>> query,
    Optional<Map<String, ConstraintDraft>> headers,
    Optional<BodyDraft> body,
    Optional<Condition> condition,
    boolean agentCredentials) {
  record BodyDraft(Map<String, ConstraintDraft> members, boolean additional) {}

  /// With the parameters filled in. Throws [IllegalArgumentException] where the result is out of
  /// bounds.
  Axes bind(Map<String, String> parameters) {
    return new Axes(
        query.map(all -> bind(all, parameters)).orElse(null),
        headers.map(all -> bind(all, parameters)).orElse(null),
        body.map(rule -> new BodyRule(bind(rule.members(), parameters), rule.additional()))
            .orElse(null),
        condition.orElse(null),
        agentCredentials);
  }

  private static SortedMap<String, Constraint> bind(
      Map<String, ConstraintDraft> drafts, Map<String, String> parameters) {
    var bound = new TreeMap<String, Constraint>();
    drafts.forEach((name, draft) -> bound.put(name, draft.bind(parameters)));
    return bound;
  }
}
