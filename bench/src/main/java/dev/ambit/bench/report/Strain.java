package dev.ambit.bench.report;

import java.time.Duration;
import java.util.List;

/// What a subject does for everybody else while it is strained, and what the end of a session with
/// many streams costs it.
///
/// @param phases the first is the one without strain
public record Strain(String subject, List<Phase> phases, Cut cut) {
  public Strain {
    phases = List.copyOf(phases);
  }

  /// One strain, medians of its rounds.
  ///
  /// @param name what strains it
  /// @param p50Millis of the others' calls
  /// @param p99Millis of the others' calls
  /// @param ratio of p99 to that without strain in the same round
  /// @param residentMib while it is strained, its garbage collected
  public record Phase(
      String name, double p50Millis, double p99Millis, double ratio, double residentMib) {}

  /// The end of a session while it streams.
  ///
  /// @param streams open when it was ended
  /// @param took until the last agent's stream broke off, from the order to end
  /// @param processorSeconds of the subject, from the order until its last stream had broken off
  public record Cut(int streams, Duration took, double processorSeconds) {}
}
