package dev.ambit.envelope;

/// How two values of a condition are compared.
public enum Comparison {
  EQUAL("=="),
  UNEQUAL("!="),
  LESS("<"),
  LESS_OR_EQUAL("<="),
  GREATER(">"),
  GREATER_OR_EQUAL(">=");

  private final String word;

  Comparison(String word) {
    this.word = word;
  }

  /// As it is written in a condition.
  public String word() {
    return word;
  }

  /// Whether it holds of two values in this order, as of `compareTo`.
  boolean holds(int order) {
    return switch (this) {
      case EQUAL -> order == 0;
      case UNEQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }

  /// By code points: Java's own order puts half of a surrogate pair before U+E000.
  static int order(String left, String right) {
    for (int i = 0; i < left.length() && i < right.length(); ) {
      var one = left.codePointAt(i);
      var other = right.codePointAt(i);
      if (one != other) {
        return Integer.compare(one, other);
      }
      i += Character.charCount(one);
    }
    return Integer.compare(left.length(), right.length());
  }
}
