package dev.ambit.envelope;

import java.math.BigDecimal;

/// A number as written: plain digits, without exponent, minus zero or zeros at the end of a
/// fraction, exact in a double (RFC 7493 2.2). Two of the same value have the same text.
public record JsonNumber(String text) implements Json {
  private static final int LENGTH_MAX = 24;
  private static final BigDecimal WHOLE_MAX = BigDecimal.valueOf((1L << 53) - 1);

  public JsonNumber {
    if (!canonical(text)) {
      throw new IllegalArgumentException(
          "number: another spelling, or out of range (expected: plain digits, exact in a double)");
    }
  }

  public BigDecimal value() {
    return new BigDecimal(text);
  }

  /// Whether the text spells a number in this one form.
  public static boolean canonical(String text) {
    var start = text.startsWith("-") ? 1 : 0;
    var dot = text.indexOf('.');
    var end = dot < 0 ? text.length() : dot;
    if (text.length() > LENGTH_MAX
        || !digits(text, start, end)
        || (text.charAt(start) == '0' && end - start > 1)) {
      return false;
    }
    if (dot < 0) {
      return !text.equals("-0") && new BigDecimal(text).abs().compareTo(WHOLE_MAX) <= 0;
    }
    return digits(text, dot + 1, text.length())
        && text.charAt(text.length() - 1) != '0'
        && new BigDecimal(Double.toString(Double.parseDouble(text))).compareTo(new BigDecimal(text))
            == 0;
  }

  private static boolean digits(String text, int from, int to) {
    for (var i = from; i < to; i++) {
      if (!Ascii.digit(text.charAt(i))) {
        return false;
      }
    }
    return to > from;
  }
}
