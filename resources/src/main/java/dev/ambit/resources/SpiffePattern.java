package dev.ambit.resources;

import java.util.Optional;

/// A SPIFFE ID, or one with `*` as its last character, which matches within one path segment.
record SpiffePattern(String text) {
  private static final String SCHEME = "spiffe://";
  private static final int ID_MAX = 2_048;
  private static final int DOMAIN_MAX = 255;

  static Optional<SpiffePattern> parse(String text) {
    var pattern = new SpiffePattern(text);
    var inPath = text.indexOf('/', SCHEME.length()) > 0;
    return isId(pattern.some()) && (!text.endsWith("*") || inPath)
        ? Optional.of(pattern)
        : Optional.empty();
  }

  /// One that it matches: a star stands for the rest of a segment, for which any letter will do.
  String some() {
    return text.endsWith("*") ? text.substring(0, text.length() - 1) + "a" : text;
  }

  boolean matches(String id) {
    if (!text.endsWith("*")) {
      return text.equals(id);
    }
    var prefix = text.substring(0, text.length() - 1);
    return isId(id) && id.startsWith(prefix) && id.indexOf('/', prefix.length()) < 0;
  }

  /// Whether it is a SPIFFE ID with a path (SPIFFE-ID 2): no escape, no empty or dot segment.
  static boolean isId(String text) {
    if (!text.startsWith(SCHEME) || text.length() > ID_MAX) {
      return false;
    }
    var slash = text.indexOf('/', SCHEME.length());
    if (slash < 0) {
      return false;
    }
    var domain = text.substring(SCHEME.length(), slash);
    if (domain.length() > DOMAIN_MAX || !domain.matches("[a-z0-9._-]+")) {
      return false;
    }
    for (var segment : text.substring(slash + 1).split("/", -1)) {
      if (!segment.matches("[A-Za-z0-9._-]+") || segment.equals(".") || segment.equals("..")) {
        return false;
      }
    }
    return true;
  }
}
