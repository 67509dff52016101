package dev.ambit.resources;

import java.util.ArrayDeque;

/// Estimates how large a regular expression becomes when its counted repetitions are written out,
/// before it is compiled: `((x{1000}){1000}){1000}` is short, its program is not (A154).
final class PatternCost {
  /// Instructions; about what a pattern of this size costs to match per character.
  static final int MAX = 20_000;

  private final ArrayDeque<Long> groups = new ArrayDeque<>();
  private final String pattern;
  private long total;
  private long last;

  private PatternCost(String pattern) {
    this.pattern = pattern;
  }

  static boolean tooLarge(String pattern) {
    return new PatternCost(pattern).estimate() > MAX;
  }

  private long estimate() {
    for (var at = 0; at < pattern.length(); ) {
      at = step(at);
      if (total > MAX) {
        return total;
      }
    }
    while (!groups.isEmpty()) {
      total += groups.pop();
    }
    return total;
  }

  /// Counts what starts at `at` and returns where the next thing starts.
  private int step(int at) {
    switch (pattern.charAt(at)) {
      case '\\' -> {
        atom(1);
        return at + 2;
      }
      case '[' -> {
        atom(1);
        var end = pattern.indexOf(']', at + 2);
        return end < 0 ? pattern.length() : end + 1;
      }
      case '(' -> {
        groups.push(total);
        total = 1;
      }
      case ')' -> {
        if (!groups.isEmpty()) {
          last = total;
          total += groups.pop();
        }
      }
      case '{' -> total += last * (repetitions(at) - 1);
      default -> atom(1);
    }
    return at + 1;
  }

  private void atom(long cost) {
    last = cost;
    total += cost;
  }

  /// The upper, or only, count of `{n}`, `{n,}` or `{n,m}`; 1 if it is none. What follows is
  /// counted as atoms too, which does no harm.
  private long repetitions(int at) {
    var end = pattern.indexOf('}', at);
    if (end < 0 || end - at > 12) {
      return 1;
    }
    var most = 1L;
    for (var number : pattern.substring(at + 1, end).split(",", -1)) {
      if (number.matches("[0-9]{1,5}")) {
        most = Math.max(most, Long.parseLong(number));
      }
    }
    return most;
  }
}
