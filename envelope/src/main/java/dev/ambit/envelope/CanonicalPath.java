package dev.ambit.envelope;

import java.util.List;

/// A path with one meaning: absolute, unreserved characters and sub-delims decoded once, no dot
/// segment, no empty segment but the last, no parameter, no escape left that could hide a
/// separator. What is judged is what is sent.
public record CanonicalPath(String text, List<String> segments) {
  /// Parses the path part of a request target (no query, no fragment). security.md 4.3.
  public static Parsed<CanonicalPath> parse(CharSequence raw) {
    throw new UnsupportedOperationException();
  }
}
