package dev.ambit.control.closure;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long closure waits for what, and how often it asks again.
///
/// @param poll between two looks at the store for work nobody announced
/// @param cutGrace how long after the end of a session revocation waits for its cut, so that calls
///   end by the cut and not by a refused credential; revocation never waits longer
/// @param recordsMax how long after the cut the receipt waits for records that are still on their
///   way. Ordinarily they take 0.1 s; this is enough for a proxy to come back after a broken
///   stream, whose attempts are at most 5 s apart. Nothing but the receipt waits for it
/// @param retryMin before the second try
/// @param retryMax between two tries after many
/// @param skew added to a credential's expiry before it counts as dead by it
/// @param overdueMin a session CLOSING for longer is overdue, unless a provider's propagation bound
///   is longer still
public record Pace(
    Duration poll,
    Duration cutGrace,
    Duration recordsMax,
    Duration retryMin,
    Duration retryMax,
    Duration skew,
    Duration overdueMin) {
  /// What production uses.
  public static final Pace STANDARD =
      new Pace(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60));

  /// The pause after `failures` tries: doubled each time, ± 20 % so that many do not ask at once.
  Duration pause(int failures, RandomGenerator random) {
    var doublings = Math.min(failures, 20);
    var millis = Math.min(retryMax.toMillis(), retryMin.toMillis() << doublings);
    return Duration.ofMillis((long) (millis * random.nextDouble(0.8, 1.2)) + 1);
  }
}
