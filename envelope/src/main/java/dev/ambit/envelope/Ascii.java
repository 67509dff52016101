package dev.ambit.envelope;

/// Character classes of RFC 3986 over ASCII, without tables that depend on a locale.
final class Ascii {
  private Ascii() {}

  static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
  }

  /// `ALPHA / DIGIT / "-" / "." / "_" / "~"`: means the same whether escaped or not.
  static boolean unreserved(char c) {
    return letter(c) || digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
  }

  /// The value of a hexadecimal digit, or -1.
  static int hex(char c) {
    if (digit(c)) {
      return c - '0';
    }
    var lower = lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /// The byte that the escape at `at` stands for, or -1 if there is no whole `%XX`.
  static int escaped(CharSequence text, int at) {
    if (at + 2 >= text.length() || text.charAt(at) != '%') {
      return -1;
    }
    var high = hex(text.charAt(at + 1));
    var low = hex(text.charAt(at + 2));
    return high < 0 || low < 0 ? -1 : (high << 4) | low;
  }

  static boolean equalsIgnoreCase(CharSequence left, CharSequence right) {
    return left.length() == right.length() && agree(left, right, left.length());
  }

  /// Whether the first `count` characters of both are the same but for ASCII case; false where one
  /// is shorter.
  static boolean agree(CharSequence left, CharSequence right, int count) {
    if (left.length() < count || right.length() < count) {
      return false;
    }
    for (var i = 0; i < count; i++) {
      if (lower(left.charAt(i)) != lower(right.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /// Whether every character is a visible ASCII character (no space).
  static boolean visible(CharSequence text) {
    for (var i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }
}
