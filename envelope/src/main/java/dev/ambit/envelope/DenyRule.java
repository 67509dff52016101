package dev.ambit.envelope;

import java.util.List;
import java.util.Set;

/// What no grant can permit. An empty axis means all of it.
public record DenyRule(String target, Set<String> methods, List<PathTemplate> paths) {
  public DenyRule {
    methods = Set.copyOf(methods);
    paths = List.copyOf(paths);
  }
}
