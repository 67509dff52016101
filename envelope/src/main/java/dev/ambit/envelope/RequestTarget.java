package dev.ambit.envelope;

import org.jspecify.annotations.Nullable;

/// A request target (RFC 9112 3.2) taken apart by the strict parser.
public record RequestTarget(@Nullable Authority authority, CanonicalPath path, Query query) {
  /// Parses origin form, `/path?query`.
  public static Parsed<RequestTarget> origin(CharSequence raw) {
    throw new UnsupportedOperationException();
  }

  /// Parses absolute form, `http://host[:port]/path?query` or `https://…`; the authority is never
  /// null.
  public static Parsed<RequestTarget> absolute(CharSequence raw) {
    throw new UnsupportedOperationException();
  }
}
