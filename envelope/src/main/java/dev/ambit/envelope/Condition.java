package dev.ambit.envelope;

import com.google.re2j.Pattern;
import java.util.List;

/// What must be true for a grant to permit: a closed tree that means what the CEL expression meant
/// that it was compiled from. A missing key makes what needs it an error, which `&&` and `||` take
/// as CEL does; a condition that is an error does not hold.
public sealed interface Condition {
  /// Parts of one condition, itself included.
  int PARTS_MAX = 256;

  /// Levels of one condition.
  int DEPTH_MAX = 16;

  /// Elements of one list.
  int LIST_MAX = 64;

  /// Characters of one string.
  int TEXT_MAX = 1_024;

  /// What a part is found to be.
  enum Verdict {
    TRUE,
    FALSE,
    ERROR;

    static Verdict of(boolean truth) {
      return truth ? TRUE : FALSE;
    }
  }

  Verdict verdict(Scene scene);

  /// Whether it holds.
  default boolean holds(Scene scene) {
    return verdict(scene) == Verdict.TRUE;
  }

  record Always(boolean truth) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      return Verdict.of(truth);
    }
  }

  record Not(Condition of) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      return switch (of.verdict(scene)) {
        case TRUE -> Verdict.FALSE;
        case FALSE -> Verdict.TRUE;
        case ERROR -> Verdict.ERROR;
      };
    }
  }

  /// False as soon as one side is, whatever the other.
  record And(Condition left, Condition right) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      return combined(left, right, scene, Verdict.FALSE, Verdict.TRUE);
    }
  }

  /// True as soon as one side is, whatever the other.
  record Or(Condition left, Condition right) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      return combined(left, right, scene, Verdict.TRUE, Verdict.FALSE);
    }
  }

  /// Strings in the order of their code points.
  record CompareText(Comparison how, TextTerm left, TextTerm right) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      var one = left.value(scene);
      var other = right.value(scene);
      return one == null || other == null
          ? Verdict.ERROR
          : Verdict.of(how.holds(Comparison.order(one, other)));
    }
  }

  record CompareWhole(Comparison how, WholeTerm left, WholeTerm right) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      var one = left.value(scene);
      var other = right.value(scene);
      return one == null || other == null
          ? Verdict.ERROR
          : Verdict.of(how.holds(Long.compare(one, other)));
    }
  }

  /// Whether a string is one of a list.
  record InTexts(TextTerm of, List<String> list) implements Condition {
    public InTexts {
      list = List.copyOf(list);
      checkList(list);
      list.forEach(Condition::checkText);
    }

    @Override
    public Verdict verdict(Scene scene) {
      var text = of.value(scene);
      return text == null ? Verdict.ERROR : Verdict.of(list.contains(text));
    }
  }

  /// Whether a number is one of a list.
  record InWholes(WholeTerm of, List<Long> list) implements Condition {
    public InWholes {
      list = List.copyOf(list);
      checkList(list);
    }

    @Override
    public Verdict verdict(Scene scene) {
      var number = of.value(scene);
      return number == null ? Verdict.ERROR : Verdict.of(list.contains(number));
    }
  }

  /// Whether a map has a key.
  record HasKey(TextTerm key, TextTerm.Table table) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      var name = key.value(scene);
      return name == null ? Verdict.ERROR : Verdict.of(table.value(scene, name) != null);
    }
  }

  record StartsWith(TextTerm of, TextTerm prefix) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      var text = of.value(scene);
      var start = prefix.value(scene);
      return text == null || start == null ? Verdict.ERROR : Verdict.of(text.startsWith(start));
    }
  }

  record EndsWith(TextTerm of, TextTerm suffix) implements Condition {
    @Override
    public Verdict verdict(Scene scene) {
      var text = of.value(scene);
      var end = suffix.value(scene);
      return text == null || end == null ? Verdict.ERROR : Verdict.of(text.endsWith(end));
    }
  }

  /// RE2 finds a match somewhere in the string, as CEL's `matches` does.
  record Matches(TextTerm of, Pattern pattern) implements Condition {
    public Matches {
      checkText(pattern.pattern());
    }

    @Override
    public Verdict verdict(Scene scene) {
      var text = of.value(scene);
      return text == null ? Verdict.ERROR : Verdict.of(pattern.matcher(text).find());
    }
  }

  /// Refuses a string that is longer than a condition may hold.
  static void checkText(String text) {
    if (text.length() > TEXT_MAX) {
      throw new IllegalArgumentException(
          "condition: " + text.length() + " characters in a string (expected: at most 1024)");
    }
  }

  private static void checkList(List<?> list) {
    if (list.size() > LIST_MAX) {
      throw new IllegalArgumentException(
          "condition: " + list.size() + " in a list (expected: at most 64)");
    }
  }

  private static Verdict combined(
      Condition left, Condition right, Scene scene, Verdict decisive, Verdict neutral) {
    var first = left.verdict(scene);
    if (first == decisive) {
      return decisive;
    }
    var second = right.verdict(scene);
    if (second == decisive) {
      return decisive;
    }
    return first == neutral && second == neutral ? neutral : Verdict.ERROR;
  }
}
