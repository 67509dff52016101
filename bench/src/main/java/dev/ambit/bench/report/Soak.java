package dev.ambit.bench.report;

import java.util.List;

/// What a subject held while it served for long: one reading after each of equal parts.
public record Soak(String subject, List<Reading> readings) {
  /// What counts as flat. A Java process moves by a little for ever: its heap's pages come and go.
  public static final double GROWTH_MAX_MIB = 4;

  private static final int QUARTERS = 4;

  public Soak {
    readings = List.copyOf(readings);
  }

  /// At rest, all its agents gone and its garbage collected.
  ///
  /// @param requests that it has served in all
  public record Reading(long requests, double residentMib, long descriptors) {}

  /// What the last quarter held more than the second, medians; in the first a subject warms up.
  public double growthMib() {
    return middle(QUARTERS - 1) - middle(1);
  }

  public boolean flat() {
    return growthMib() <= GROWTH_MAX_MIB;
  }

  private double middle(int quarter) {
    var each = readings.size() / QUARTERS;
    var sorted =
        readings.subList(quarter * each, (quarter + 1) * each).stream()
            .mapToDouble(Reading::residentMib)
            .sorted()
            .toArray();
    return sorted[sorted.length / 2];
  }
}
