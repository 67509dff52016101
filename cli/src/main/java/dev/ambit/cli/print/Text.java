package dev.ambit.cli.print;

/// Makes text from elsewhere safe to show on a terminal.
public final class Text {
  private Text() {}

  /// One line: control characters, line breaks and bidirectional overrides become escapes.
  public static String line(String text) {
    var shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(shown, c));
    return shown.toString();
  }

  private static void append(StringBuilder shown, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          shown.append("\\u{").append(Integer.toHexString(c)).append('}');
      default -> shown.appendCodePoint(c);
    }
  }
}
