package dev.ambit.envelope;

import java.util.Map;

/// A path a grant or rule speaks of: literal segments, `{name}` for exactly one non-empty segment
/// of unreserved characters, and `**` for one or more whole segments, last only.
public record PathTemplate(String text) {
  public static Parsed<PathTemplate> parse(String text) {
    throw new UnsupportedOperationException();
  }

  /// The template with each `{name}` that is a key of `parameters` replaced by its value as a
  /// literal segment.
  public PathTemplate bind(Map<String, String> parameters) {
    throw new UnsupportedOperationException();
  }

  /// Linear in the path's segments.
  public boolean matches(CanonicalPath path) {
    throw new UnsupportedOperationException();
  }
}
