package dev.ambit.fuzz.targets;

import java.util.Objects;

/// How a target says that a law is broken.
public final class Laws {
  private Laws() {}

  /// Breaks unless it holds.
  public static void hold(boolean holds, String law) {
    if (!holds) {
      throw new AssertionError(law);
    }
  }

  /// Breaks unless both are the same.
  public static void same(Object is, Object expected, String law) {
    if (!Objects.equals(is, expected)) {
      throw new AssertionError(law + ": " + is + " (expected: " + expected + ")");
    }
  }
}
