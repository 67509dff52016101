package dev.ambit.envelope;

import java.util.List;

/// One call in canonical form: what is judged here is what is sent.
///
/// @param method an upper-case token of the registered methods; case-sensitive
public record Call(Authority authority, String method, CanonicalPath path, Query query) {
  /// The methods there are. TRACE and CONNECT are none: the one reflects credentials, the other is
  /// no call.
  public static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  public Call {
    if (!METHODS.contains(method)) {
      throw new IllegalArgumentException("method: unknown (expected: one of " + METHODS + ")");
    }
  }

  /// Accepts GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, spelled so.
  public static Parsed<String> method(CharSequence raw) {
    for (var method : METHODS) {
      if (method.contentEquals(raw)) {
        return Parsed.ok(method);
      }
    }
    return Parsed.malformed("method: unknown (expected: one of " + METHODS + ")");
  }
}
