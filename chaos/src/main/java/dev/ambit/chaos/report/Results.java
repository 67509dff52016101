package dev.ambit.chaos.report;

import dev.ambit.chaos.fault.Family;
import dev.ambit.chaos.judge.Evidence;
import dev.ambit.chaos.judge.Evidence.Disturbance;
import dev.ambit.chaos.judge.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a run came to.
///
/// @param outcomes calls that agents made, by what came of them; `served` by the upstream's answer
/// @param arrived at the upstream
/// @param disturbances in order
/// @param kept where the logs are; absent when they are gone
public record Results(
    long seed,
    Duration lasted,
    List<Family> families,
    int sessions,
    Map<String, Long> outcomes,
    int arrived,
    int permits,
    int tokens,
    List<Disturbance> disturbances,
    List<Finding> findings,
    Optional<Path> kept) {
  public Results {
    families = List.copyOf(families);
    outcomes = Map.copyOf(outcomes);
    disturbances = List.copyOf(disturbances);
    findings = List.copyOf(findings);
  }

  /// Reads them off the evidence.
  public static Results of(
      long seed,
      Duration lasted,
      List<Family> families,
      Evidence evidence,
      List<Finding> findings,
      Path logs) {
    return new Results(
        seed,
        lasted,
        families,
        evidence.sessions().size(),
        evidence.calls().values().stream()
            .collect(
                Collectors.groupingBy(
                    call -> call.served() ? "served" : call.outcome(),
                    TreeMap::new,
                    Collectors.counting())),
        evidence.arrivals().size(),
        evidence.permits().size(),
        evidence.tokens().size(),
        evidence.disturbances(),
        findings,
        findings.isEmpty() ? Optional.empty() : Optional.of(logs));
  }

  /// Calls that agents made.
  public long calls() {
    return outcomes.values().stream().mapToLong(Long::longValue).sum();
  }

  /// Of those, by the upstream's own answer.
  public long served() {
    return outcomes.getOrDefault("served", 0L);
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
