package dev.ambit.control.webhook.inject;

import java.util.HexFormat;

/// What a pod says, as it may stand in a message: short, and without control characters.
public final class Shown {
  private static final int MAX = 60;

  private Shown() {}

  /// Of a single value.
  public static String of(String value) {
    return of(value, MAX);
  }

  /// Of what may be longer.
  ///
  /// @param max characters of the value; what is cut off leaves a mark
  public static String of(String value, int max) {
    var shown = new StringBuilder();
    for (var i = 0; i < value.length() && i < max; i++) {
      var c = value.charAt(i);
      if (c < ' ' || c > '~') {
        shown.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        shown.append(c);
      }
    }
    return value.length() > max ? shown + "…" : shown.toString();
  }
}
