package dev.ambit.envelope;

import java.util.List;
import java.util.Set;

/// What no grant can permit. An empty axis means all of it. Paths are compared loosely
/// ([PathTemplate#matchesLoosely]): a rule that forbids is not evaded by spelling.
public record DenyRule(String target, Set<String> methods, List<PathTemplate> paths) {
  public DenyRule {
    methods = Grant.sorted(methods);
    paths = List.copyOf(paths);
  }

  /// Whether it forbids all of its target.
  boolean whole() {
    return methods.isEmpty() && paths.isEmpty();
  }

  /// Whether the rule covers a call on its target.
  public boolean covers(Call call) {
    if (!methods.isEmpty() && !methods.contains(call.method())) {
      return false;
    }
    for (var path : paths) {
      if (path.matchesLoosely(call.path())) {
        return true;
      }
    }
    return paths.isEmpty();
  }
}
