package dev.ambit.bench.load;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What a load has done so far. Confined to the agents' loop; read when nothing runs any more.
public final class Tally {
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final int DIGITS = 3;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Histogram nanos = new Histogram(LONGEST_NANOS, DIGITS);
  private long units;
  private long failures;
  private @Nullable String firstFailure;

  void done(long unitsNow, long tookNanos) {
    units += unitsNow;
    nanos.recordValue(Math.clamp(tookNanos, 0, LONGEST_NANOS));
  }

  void count(long unitsNow) {
    units += unitsNow;
  }

  void failed(String why) {
    failures++;
    if (firstFailure == null) {
      firstFailure = why;
    }
  }

  /// Requests, events or mebibytes, as the load counts.
  public long units() {
    return units;
  }

  public long failures() {
    return failures;
  }

  public String firstFailure() {
    return firstFailure == null ? "none" : firstFailure;
  }

  /// A percentile of the durations, in milliseconds.
  public double millis(double percentile) {
    return nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }

  /// How many took longer than so many milliseconds.
  public long above(long milliseconds) {
    return nanos.getTotalCount()
        - nanos.getCountBetweenValues(0, (long) (milliseconds * NANOS_PER_MILLI));
  }
}
