package dev.ambit.envelope;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// What one named value of a call must be: a query parameter, a header, or a member of a JSON body.
/// Every operator that is there must hold; without any, whatever is there is admitted.
///
/// @param optional it may be missing
/// @param in one of these scalars; empty for any
/// @param prefix of a string
/// @param min least value of a number; of a parameter or header that spells one as [JsonNumber]
///   does
/// @param max greatest
/// @param minLength fewest characters of a string
/// @param maxLength most
/// @param pattern RE2, matched against the whole string
public record Constraint(
    boolean optional,
    List<Json> in,
    @Nullable String prefix,
    @Nullable JsonNumber min,
    @Nullable JsonNumber max,
    OptionalInt minLength,
    OptionalInt maxLength,
    @Nullable Pattern pattern) {
  /// Values in one `in`.
  public static final int IN_MAX = 64;

  /// Characters of one string that is compared with.
  public static final int TEXT_MAX = 1_024;

  /// Admits whatever is there.
  public static final Constraint ANY =
      new Constraint(
          false, List.of(), null, null, null, OptionalInt.empty(), OptionalInt.empty(), null);

  public Constraint {
    in = List.copyOf(in);
    if (in.size() > IN_MAX) {
      throw new IllegalArgumentException("in: " + in.size() + " values (expected: at most 64)");
    }
    for (var value : in) {
      if (value instanceof Json.Members || value instanceof Json.Items) {
        throw new IllegalArgumentException("in: a structure (expected: scalars)");
      }
      if (value instanceof Json.Text(String text)) {
        checkText("in", text);
      }
    }
    if (prefix != null) {
      checkText("prefix", prefix);
    }
    if (pattern != null) {
      checkText("pattern", pattern.pattern());
    }
    if (minLength.orElse(0) < 0 || maxLength.orElse(0) < 0) {
      throw new IllegalArgumentException("length: negative (expected: 0 or more)");
    }
  }

  /// Whether it says nothing of the value.
  public boolean free() {
    return in.isEmpty() && min == null && max == null && !ofText();
  }

  /// Whether a member of a JSON body may have this value.
  boolean admits(Json value) {
    if (!in.isEmpty() && !in.contains(value)) {
      return false;
    }
    if ((min != null || max != null) && !(value instanceof JsonNumber number && inRange(number))) {
      return false;
    }
    return !ofText() || (value instanceof Json.Text(String text) && fits(text));
  }

  /// Whether a parameter or header, which is always a string, may have this value.
  boolean admits(String text) {
    if (!in.isEmpty() && !in.contains(new Json.Text(text))) {
      return false;
    }
    if ((min != null || max != null)
        && !(JsonNumber.canonical(text) && inRange(new JsonNumber(text)))) {
      return false;
    }
    return !ofText() || fits(text);
  }

  /// In the words of a refusal, for example `at most 50`; empty where it is [#free].
  String words() {
    var words = new StringJoiner(" and ");
    if (!in.isEmpty()) {
      var some = new StringJoiner(", ");
      in.stream().limit(Nearby.NAMED_MAX).forEach(value -> some.add(word(value)));
      words.add(
          (in.size() == 1 ? "" : "one of ")
              + some
              + (in.size() > Nearby.NAMED_MAX ? " and more" : ""));
    }
    if (prefix != null) {
      words.add("beginning with " + prefix);
    }
    if (min != null) {
      words.add("at least " + min.text());
    }
    if (max != null) {
      words.add("at most " + max.text());
    }
    minLength.ifPresent(least -> words.add("at least " + least + " characters"));
    maxLength.ifPresent(most -> words.add("at most " + most + " characters"));
    if (pattern != null) {
      words.add("matching " + pattern.pattern());
    }
    return words.toString();
  }

  private boolean ofText() {
    return prefix != null || pattern != null || minLength.isPresent() || maxLength.isPresent();
  }

  private boolean inRange(JsonNumber number) {
    var value = number.value();
    return (min == null || value.compareTo(min.value()) >= 0)
        && (max == null || value.compareTo(max.value()) <= 0);
  }

  private boolean fits(String text) {
    if (prefix != null && !text.startsWith(prefix)) {
      return false;
    }
    var length = text.codePointCount(0, text.length());
    return length >= minLength.orElse(0)
        && length <= maxLength.orElse(Integer.MAX_VALUE)
        && (pattern == null || pattern.matches(text));
  }

  private static String word(Json value) {
    return switch (value) {
      case Json.Text(var text) -> '"' + text + '"';
      case JsonNumber(var text) -> text;
      case Json.Truth(var truth) -> Boolean.toString(truth);
      case Json.Nothing() -> "null";
      case Json.Members _, Json.Items _ -> "";
    };
  }

  private static void checkText(String what, String text) {
    if (text.length() > TEXT_MAX) {
      throw new IllegalArgumentException(
          what + ": " + text.length() + " characters (expected: at most 1024)");
    }
  }
}
