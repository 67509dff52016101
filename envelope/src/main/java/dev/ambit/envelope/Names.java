package dev.ambit.envelope;

/// Names of resources, grants and parameters, which appear in messages, metrics and records.
public final class Names {
  /// The form of a resource's or grant's name, for messages.
  public static final String FORM = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  private static final int MAX = 63;

  private Names() {}

  /// Whether it may name a resource or grant: a DNS label.
  public static boolean resource(String name) {
    var length = name.length();
    if (length < 1 || length > MAX || name.charAt(0) == '-' || name.charAt(length - 1) == '-') {
      return false;
    }
    for (var i = 0; i < length; i++) {
      var c = name.charAt(i);
      if (!Ascii.digit(c) && c != '-' && (c < 'a' || c > 'z')) {
        return false;
      }
    }
    return true;
  }

  /// Whether it may name a parameter: a letter, then letters, digits and underscores.
  public static boolean parameter(String name) {
    if (name.isEmpty() || name.length() > MAX || !Ascii.letter(name.charAt(0))) {
      return false;
    }
    for (var i = 1; i < name.length(); i++) {
      var c = name.charAt(i);
      if (!Ascii.letter(c) && !Ascii.digit(c) && c != '_') {
        return false;
      }
    }
    return true;
  }

  static void check(String field, String name) {
    if (!resource(name)) {
      throw new IllegalArgumentException(field + ": no name (expected: " + FORM + ")");
    }
  }
}
