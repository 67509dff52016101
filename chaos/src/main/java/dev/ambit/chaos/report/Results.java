package dev.ambit.chaos.report;

import dev.ambit.chaos.fault.Family;
import dev.ambit.chaos.judge.Evidence.Disturbance;
import dev.ambit.chaos.judge.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a run came to.
///
/// @param calls that agents made
/// @param served of those, by the upstream's own answer
/// @param arrived at the upstream
/// @param disturbances in order
/// @param kept where the logs are; absent when they are gone
public record Results(
    long seed,
    Duration lasted,
    List<Family> families,
    int sessions,
    long calls,
    long served,
    int arrived,
    int permits,
    int tokens,
    List<Disturbance> disturbances,
    List<Finding> findings,
    Optional<Path> kept) {
  public Results {
    families = List.copyOf(families);
    disturbances = List.copyOf(disturbances);
    findings = List.copyOf(findings);
  }

  public boolean held() {
    return findings.isEmpty();
  }

  /// How often a family had its turn.
  long injected(Family family) {
    return disturbances.stream().filter(one -> one.id().equals(family.name())).count();
  }

  /// Findings from the time of a family's faults, each until the next fault began.
  long findings(Family family) {
    return findings.stream()
        .filter(finding ->
            disturbances.reversed().stream()
                .filter(one -> !one.begun().isAfter(finding.at()))
                .findFirst()
                .filter(one -> one.id().equals(family.name()))
                .isPresent())
        .count();
  }
}
