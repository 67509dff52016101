package dev.ambit.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what happens on another thread or in another process, by looking again every 5 ms, or
/// after as long as a look takes: one that starts a program is not to keep the machine from what it
/// waits for.
public final class Await {
  private static final Duration STEP = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Await() {}

  /// Returns as soon as the condition holds; fails the test after 30 s.
  public static void until(String what, BooleanSupplier condition) {
    until(what, PATIENCE, condition);
  }

  /// Returns as soon as the condition holds; fails the test when `patience` is over.
  public static void until(String what, Duration patience, BooleanSupplier condition) {
    long began = System.nanoTime();
    long looked = began;
    while (!condition.getAsBoolean()) {
      long now = System.nanoTime();
      if (now - began > patience.toNanos()) {
        throw new AssertionError(what + " (expected: within " + patience.toMillis() + " ms)");
      }
      LockSupport.parkNanos(Math.max(STEP.toNanos(), now - looked));
      looked = System.nanoTime();
    }
  }
}
