package dev.ambit.envelope;

/// One call in canonical form: what is judged here is what is sent.
///
/// @param method an upper-case token of the registered methods; case-sensitive
public record Call(Authority authority, String method, CanonicalPath path, Query query) {
  /// Accepts GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, spelled so.
  public static Parsed<String> method(CharSequence raw) {
    throw new UnsupportedOperationException();
  }
}
