package dev.ambit.resources;

import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Guard rails that no template may exceed; the strictest of all Policy resources of a set.
public record Policy(Duration maxTtl, List<HostPattern> neverTargets) {
  /// In force where a set has no Policy: a day, and no host forbidden.
  public static final Policy DEFAULT = new Policy(Duration.ofDays(1), List.of());

  public Policy {
    neverTargets = List.copyOf(neverTargets);
  }

  /// What both allow.
  Policy and(Policy other) {
    var never = new LinkedHashSet<>(neverTargets);
    never.addAll(other.neverTargets);
    var shorter = maxTtl.compareTo(other.maxTtl) <= 0 ? maxTtl : other.maxTtl;
    return new Policy(shorter, List.copyOf(never));
  }

  /// The first forbidden pattern that shares a host with the target.
  Optional<HostPattern> forbids(Target target) {
    return neverTargets.stream()
        .filter(never -> target.hosts().stream().anyMatch(never::overlaps))
        .findFirst();
  }

  /// Why a frozen envelope is not allowed any more, for closing as `policy_changed`.
  ///
  /// @param openedAt when its session was opened, from which `maxTtl` counts
  public Optional<String> forbids(Envelope envelope, Instant openedAt) {
    for (var target : envelope.targets()) {
      var never = forbids(target);
      if (never.isPresent()) {
        return Optional.of(
            "target " + target.name() + " reaches " + never.get().text() + " of neverTargets");
      }
    }
    return envelope.expiresAt().isAfter(openedAt.plus(maxTtl))
        ? Optional.of("the session outlasts maxTtl " + Durations.print(maxTtl))
        : Optional.empty();
  }
}
