package dev.ambit.envelope;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the one target that holds a host and port: exact hosts first, then those with one label
/// more. Immutable.
public final class TargetIndex {
  private final Map<String, List<Target>> exact = new HashMap<>();
  private final Map<String, List<Target>> wildcard = new HashMap<>();
  private final Collection<Target> targets;

  private TargetIndex(Collection<Target> targets) {
    this.targets = targets;
    for (var target : targets) {
      for (var host : target.hosts()) {
        (host.isWildcard() ? wildcard : exact)
            .computeIfAbsent(host.suffix(), _ -> new ArrayList<>(1))
            .add(target);
      }
    }
  }

  public static TargetIndex of(Collection<Target> targets) {
    return new TargetIndex(List.copyOf(targets));
  }

  /// The target, whatever its scheme; null where none holds the host and port.
  public @Nullable Target find(String host, int port) {
    var found = among(exact.get(host), port);
    if (found != null) {
      return found;
    }
    var dot = host.indexOf('.');
    // Only wildcards of names are in the map, so the rest of an address finds nothing.
    return dot < 0 || wildcard.isEmpty()
        ? null
        : among(wildcard.get(host.substring(dot + 1)), port);
  }

  /// Whether some target holds the host, at whatever port.
  public boolean holds(String host) {
    var dot = host.indexOf('.');
    return exact.containsKey(host) || (dot >= 0 && wildcard.containsKey(host.substring(dot + 1)));
  }

  /// Whether some target of this protocol holds the host, at whatever port.
  public boolean holds(String host, Protocol protocol) {
    var dot = host.indexOf('.');
    return any(exact.get(host), protocol)
        || (dot >= 0 && any(wildcard.get(host.substring(dot + 1)), protocol));
  }

  private static boolean any(@Nullable List<Target> targets, Protocol protocol) {
    return targets != null && targets.stream().anyMatch(target -> target.protocol() == protocol);
  }

  /// Two targets that share a host and port, which would make it a question of order which of them
  /// a call belongs to.
  public record Conflict(Target target, Target other, String host, int port) {}

  /// Every pair of targets that share a host and port, once, at the first such host and port.
  public List<Conflict> conflicts() {
    var conflicts = new LinkedHashMap<Set<String>, Conflict>();
    for (var target : targets) {
      for (var host : target.hosts()) {
        for (var rival : rivals(host)) {
          for (var port : target.ports()) {
            if (!rival.name().equals(target.name()) && rival.ports().contains(port)) {
              conflicts.putIfAbsent(
                  Set.of(target.name(), rival.name()),
                  new Conflict(target, rival, host.text(), port));
            }
          }
        }
      }
    }
    return List.copyOf(conflicts.values());
  }

  /// Targets with the same host, or with a wildcard that holds this exact one.
  private List<Target> rivals(HostPattern host) {
    if (host.isWildcard()) {
      return wildcard.getOrDefault(host.suffix(), List.of());
    }
    var rivals = new ArrayList<>(exact.getOrDefault(host.text(), List.of()));
    var dot = host.text().indexOf('.');
    if (dot > 0) {
      rivals.addAll(wildcard.getOrDefault(host.text().substring(dot + 1), List.of()));
    }
    return rivals;
  }

  private static @Nullable Target among(@Nullable List<Target> targets, int port) {
    if (targets == null) {
      return null;
    }
    for (var target : targets) {
      if (target.ports().contains(port)) {
        return target;
      }
    }
    return null;
  }
}
