package dev.ambit.proxy.control;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: 100 ms at first, doubled up to 5 s, each between half
/// and the whole of that. One of many is told over what time they are to spread, so that they do
/// not come back at once: it picks an instant within it, and keeps to that in each later round.
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration MAX = Duration.ofSeconds(5);

  private final RandomGenerator random;
  private Duration step = FIRST;
  private Duration spread = Duration.ZERO;
  private boolean fresh = true;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    var wait = spread.compareTo(step) > 0 ? round() : between(step.dividedBy(2), step);
    fresh = false;
    var doubled = step.multipliedBy(2);
    step = doubled.compareTo(MAX) < 0 ? doubled : MAX;
    return wait;
  }

  private Duration round() {
    return fresh ? between(Duration.ZERO, spread) : spread;
  }

  private Duration between(Duration least, Duration most) {
    return Duration.ofNanos(random.nextLong(least.toNanos(), most.toNanos() + 1));
  }

  /// Sets how long a round lasts in which everybody tries once; zero for one among few.
  void spread(Duration over) {
    spread = over;
  }

  /// An attempt went well.
  void reset() {
    step = FIRST;
    fresh = true;
  }
}
