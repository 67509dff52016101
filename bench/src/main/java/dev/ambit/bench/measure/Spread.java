package dev.ambit.bench.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A median with its 95 % interval by bootstrap.
///
/// @param count of what it was taken from
public record Spread(double median, double low, double high, int count) {
  private static final int RESAMPLES = 4_000;
  private static final double TAIL = 0.025;
  private static final long SEED = 20_260_301;

  public static final Spread NONE = new Spread(Double.NaN, Double.NaN, Double.NaN, 0);

  /// The seed is fixed: the same figures give the same interval.
  public static Spread of(List<Double> values) {
    if (values.isEmpty()) {
      return NONE;
    }
    var from = values.stream().mapToDouble(Double::doubleValue).toArray();
    var random = new Random(SEED);
    var medians = new double[RESAMPLES];
    var drawn = new double[from.length];
    for (var i = 0; i < RESAMPLES; i++) {
      for (var k = 0; k < drawn.length; k++) {
        drawn[k] = from[random.nextInt(from.length)];
      }
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    return new Spread(
        median(from),
        medians[(int) (RESAMPLES * TAIL)],
        medians[(int) (RESAMPLES * (1 - TAIL)) - 1],
        from.length);
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    var middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
