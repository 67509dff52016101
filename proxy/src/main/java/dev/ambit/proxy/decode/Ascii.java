package dev.ambit.proxy.decode;

import java.util.BitSet;

/// Character classes of RFC 9110 5.6.2.
final class Ascii {
  private static final BitSet TOKEN = new BitSet(128);

  static {
    TOKEN.set('a', 'z' + 1);
    TOKEN.set('A', 'Z' + 1);
    TOKEN.set('0', '9' + 1);
    "!#$%&'*+-.^_`|~".chars().forEach(TOKEN::set);
  }

  private Ascii() {}

  static boolean tokenChar(int c) {
    return c >= 0 && TOKEN.get(c);
  }

  static boolean token(CharSequence text) {
    return text.length() > 0 && text.chars().allMatch(TOKEN::get);
  }

  /// The value of a hex digit, -1 for anything else.
  static int hex(int c) {
    return c >= '0' && c <= '9'
        ? c - '0'
        : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }
}
