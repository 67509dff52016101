package dev.ambit.envelope;

import java.util.Locale;

/// How much harm a call to a target can do, from little to most.
public enum Sensitivity {
  PUBLIC(0),
  INTERNAL(1),
  CONFIDENTIAL(2),
  RESTRICTED(3);

  private final int level;

  Sensitivity(int level) {
    this.level = level;
  }

  /// As a number, for conditions.
  public int level() {
    return level;
  }

  /// The spelling in resources and envelopes.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
