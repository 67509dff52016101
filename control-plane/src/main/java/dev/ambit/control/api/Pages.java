package dev.ambit.control.api;

/// Sizes and tokens of pages, checked.
final class Pages {
  private Pages() {}

  /// The size asked for, or `usual` for 0.
  static int size(int asked, int usual, int max) {
    if (asked < 0 || asked > max) {
      throw new IllegalArgumentException(
          "page_size: " + Integer.toUnsignedString(asked) + " (expected: 0 to " + max + ")");
    }
    return asked == 0 ? usual : asked;
  }

  /// The number in a token; 0 for none.
  static long number(String token) {
    if (token.isEmpty()) {
      return 0;
    }
    if (!token.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "page_token: unknown (expected: next_page_token of the page before)");
    }
    return Long.parseLong(token);
  }

  /// The token of a number; none for 0.
  static String token(long number) {
    return number == 0 ? "" : Long.toString(number);
  }
}
