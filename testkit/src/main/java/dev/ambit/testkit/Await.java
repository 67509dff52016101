package dev.ambit.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what happens on another thread or in another process, by looking again every 5 ms.
public final class Await {
  private static final Duration STEP = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Await() {}

  /// Returns as soon as the condition holds; fails the test after 10 s.
  public static void until(String what, BooleanSupplier condition) {
    until(what, PATIENCE, condition);
  }

  /// Returns as soon as the condition holds; fails the test when `patience` is over.
  public static void until(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + " (expected: within " + patience.toMillis() + " ms)");
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }
}
