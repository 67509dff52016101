package dev.ambit.bench.report;

import dev.ambit.bench.decision.Decisions.Cost;
import dev.ambit.bench.measure.Spread;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Everything that one run has measured.
///
/// @param machine what it ran on, in one line
/// @param reference the subject that others are compared with
/// @param direct the arm without a proxy
/// @param scenarios what was run, in order
/// @param subjects in order, the reference first
public record Results(
    String machine,
    String reference,
    String direct,
    int rounds,
    List<Column> scenarios,
    List<String> subjects,
    List<Sample> samples,
    List<Start> starts,
    List<Footprint> footprints,
    List<Cost> decisions) {
  public Results {
    scenarios = List.copyOf(scenarios);
    subjects = List.copyOf(subjects);
    samples = List.copyOf(samples);
    starts = List.copyOf(starts);
    footprints = List.copyOf(footprints);
    decisions = List.copyOf(decisions);
  }

  /// A scenario as a column.
  ///
  /// @param unit what processor time is told per thousand of
  /// @param part of the processor time's tables that it stands in
  /// @param quoted whether its durations may be quoted
  public record Column(String word, String title, String unit, String part, boolean quoted) {}

  /// Median processor seconds per 1,000 units.
  public Spread cpu(Column scenario, String subject) {
    return spread(scenario, subject, Sample::cpu);
  }

  /// Processor time of a subject over the reference's in the same round.
  public Spread ratio(Column scenario, String subject) {
    return Spread.of(
        samples.stream()
            .filter(sample -> counts(sample, scenario, subject))
            .flatMap(sample ->
                samples.stream()
                    .filter(other ->
                        counts(other, scenario, reference)
                            && other.round() == sample.round()
                            && other.cpu() > 0)
                    .map(other -> sample.cpu() / other.cpu()))
            .toList());
  }

  /// What a subject adds to a duration: its percentile less that of the arm without a proxy in the
  /// same round.
  public Spread added(Column scenario, String subject, ToDoubleFunction<Sample> percentile) {
    return Spread.of(
        samples.stream()
            .filter(sample -> counts(sample, scenario, subject))
            .flatMap(sample ->
                samples.stream()
                    .filter(
                        other -> counts(other, scenario, direct) && other.round() == sample.round())
                    .map(other ->
                        percentile.applyAsDouble(sample) - percentile.applyAsDouble(other)))
            .toList());
  }

  public Spread spread(Column scenario, String subject, ToDoubleFunction<Sample> figure) {
    return Spread.of(
        samples.stream()
            .filter(sample -> counts(sample, scenario, subject))
            .map(figure::applyAsDouble)
            .toList());
  }

  /// Slices that were disturbed by the hypervisor.
  public long disturbed() {
    return samples.stream().filter(Sample::stolen).count();
  }

  /// Whether disturbed slices count: only where nearly all are, since then nothing would be left.
  public boolean countsDisturbed() {
    return disturbed() * 2 > samples.size();
  }

  private boolean counts(Sample sample, Column scenario, String subject) {
    return (!sample.stolen() || countsDisturbed())
        && sample.scenario().equals(scenario.word())
        && sample.subject().equals(subject);
  }
}
