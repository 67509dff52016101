package dev.ambit.chaos.fault;

import dev.ambit.chaos.fault.Family.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// The faults of a run in their order, which a seed decides alone. Every family has had its turn
/// before one has its next.
public final class Plan {
  private final Random random;
  private final List<Family> families;
  private final int crowd;
  private final List<Family> left = new ArrayList<>();

  /// @param crowd sessions of F12 and F26 instead of what is drawn; 0 for that
  public Plan(long seed, List<Family> families, int crowd) {
    if (families.isEmpty()) {
      throw new IllegalArgumentException("families: none (expected: at least one)");
    }
    this.random = new Random(seed);
    this.families = List.copyOf(families);
    this.crowd = crowd;
  }

  /// The next one.
  public Step next() {
    if (left.isEmpty()) {
      left.addAll(families);
      Collections.shuffle(left, random);
    }
    return left.removeLast().step(random, crowd);
  }
}
