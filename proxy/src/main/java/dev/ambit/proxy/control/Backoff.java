package dev.ambit.proxy.control;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: 100 ms at first, doubled up to 5 s, each between half
/// and the whole of that, so that many proxies do not come back at once.
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration MAX = Duration.ofSeconds(5);

  private final RandomGenerator random;
  private Duration step = FIRST;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    var wait = Duration.ofNanos(random.nextLong(step.toNanos() / 2, step.toNanos() + 1));
    var doubled = step.multipliedBy(2);
    step = doubled.compareTo(MAX) < 0 ? doubled : MAX;
    return wait;
  }

  /// An attempt went well.
  void reset() {
    step = FIRST;
  }
}
