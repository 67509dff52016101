package dev.ambit.spiffe.source;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next try: from 100 ms, doubling up to 2 s, of which a random half is
/// taken off so that the workloads of a node do not return in step. For one thread.
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration MAX = Duration.ofSeconds(2);

  private final RandomGenerator random;
  private Duration next = FIRST;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    var full = next;
    var doubled = full.multipliedBy(2);
    next = doubled.compareTo(MAX) > 0 ? MAX : doubled;
    return Duration.ofMillis(random.nextLong(full.toMillis() / 2, full.toMillis() + 1));
  }

  void reset() {
    next = FIRST;
  }
}
