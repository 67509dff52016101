package dev.ambit.bench.load;

import java.time.Duration;

/// When a load stops: after so much, or after so long, whichever comes first.
public record Bound(long units, Duration time) {
  private static final Duration LONGEST = Duration.ofMinutes(3);

  public static Bound of(Duration time) {
    return new Bound(Long.MAX_VALUE, time);
  }

  /// A count; the time is bounded all the same.
  public static Bound of(long units) {
    return new Bound(units, LONGEST);
  }
}
