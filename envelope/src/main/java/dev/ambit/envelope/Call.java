package dev.ambit.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call in canonical form: what is judged here is what is sent.
///
/// @param method an upper-case token of the registered methods; case-sensitive. [#OPAQUE] alone
///   where the scheme is opaque
/// @param fields the headers that may be sent
/// @param keys what the agent brought of its own; null for nothing
/// @param webSocket whether it opens a WebSocket (RFC 6455 4), which is a GET without a body
public record Call(
    Authority authority,
    String method,
    CanonicalPath path,
    Query query,
    List<? extends HeaderField> fields,
    Content content,
    @Nullable AgentKeys keys,
    boolean webSocket) {
  /// The methods there are. TRACE and CONNECT are none: the one reflects credentials, the other is
  /// no call.
  public static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  /// Stands where a method would be in a call whose bytes nobody reads.
  public static final String OPAQUE = "CONNECT";

  private static final CanonicalPath ROOT = CanonicalPath.parse("/").orThrow();

  public Call {
    fields = List.copyOf(fields);
    if (authority.scheme().opaque() ? !method.equals(OPAQUE) : !METHODS.contains(method)) {
      throw new IllegalArgumentException("method: unknown (expected: one of " + METHODS + ")");
    }
    if (webSocket && !(method.equals("GET") && content instanceof Content.None)) {
      throw new IllegalArgumentException("webSocket: " + method + " (expected: a bare GET)");
    }
  }

  /// One that opens no WebSocket.
  public Call(
      Authority authority,
      String method,
      CanonicalPath path,
      Query query,
      List<? extends HeaderField> fields,
      Content content,
      @Nullable AgentKeys keys) {
    this(authority, method, path, query, fields, content, keys, false);
  }

  /// Without headers or a body.
  public Call(Authority authority, String method, CanonicalPath path, Query query) {
    this(authority, method, path, query, List.of(), new Content.None(), null);
  }

  /// A connection that is opened and then left to both sides: one call, however long it lasts.
  ///
  /// @param authority of an opaque scheme
  public static Call opaque(Authority authority) {
    return new Call(authority, OPAQUE, ROOT, Query.NONE);
  }

  /// Whether nobody reads what is said in it.
  public boolean opaque() {
    return authority.scheme().opaque();
  }

  /// The same call, more being known of its body.
  public Call withContent(Content next) {
    return new Call(authority, method, path, query, fields, next, keys, webSocket);
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
