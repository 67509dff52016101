package dev.ambit.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request target (RFC 9112 3.2) taken apart by the strict parser.
///
/// @param authority null in origin form, which names none
public record RequestTarget(@Nullable Authority authority, CanonicalPath path, Query query) {
  /// Parses origin form, `/path?query`.
  public static Parsed<RequestTarget> origin(CharSequence raw) {
    return pathAndQuery(null, raw);
  }

  /// Parses absolute form, `http://host[:port]/path?query` or `https://…`; the authority is never
  /// null. The scheme must be spelled in lower case; an empty path is `/` (RFC 9110 4.2.3).
  public static Parsed<RequestTarget> absolute(CharSequence raw) {
    for (var scheme : List.of(Scheme.HTTP, Scheme.HTTPS)) {
      var prefix = scheme.text().length() + "://".length();
      if (raw.length() >= prefix
          && (scheme.text() + "://").contentEquals(raw.subSequence(0, prefix))) {
        var end = authorityEnd(raw, prefix);
        var rest = raw.subSequence(end, raw.length());
        return Authority.parse(scheme, raw.subSequence(prefix, end))
            .then(authority -> pathAndQuery(authority, rooted(rest)));
      }
    }
    return Parsed.malformed("target: unknown scheme (expected: http:// or https://)");
  }

  /// Parses where an opaque connection leads, `tcp://host:port` or `tls://host:port`.
  public static Parsed<Authority> opaque(CharSequence raw) {
    for (var scheme : List.of(Scheme.TCP, Scheme.TLS)) {
      var prefix = scheme.text() + "://";
      if (raw.toString().startsWith(prefix)) {
        return Authority.parseWithPort(scheme, raw.subSequence(prefix.length(), raw.length()));
      }
    }
    return Parsed.malformed("target: unknown scheme (expected: tcp:// or tls://)");
  }

  private static int authorityEnd(CharSequence raw, int from) {
    var end = from;
    while (end < raw.length() && raw.charAt(end) != '/' && raw.charAt(end) != '?') {
      end++;
    }
    return end;
  }

  private static CharSequence rooted(CharSequence rest) {
    return rest.isEmpty() || rest.charAt(0) == '?' ? "/" + rest : rest;
  }

  private static Parsed<RequestTarget> pathAndQuery(
      @Nullable Authority authority, CharSequence raw) {
    var mark = 0;
    while (mark < raw.length() && raw.charAt(mark) != '?') {
      mark++;
    }
    var rest = mark == raw.length() ? "" : raw.subSequence(mark + 1, raw.length());
    return CanonicalPath.parse(raw.subSequence(0, mark))
        .then(path ->
            Query.parse(rest).then(query -> Parsed.ok(new RequestTarget(authority, path, query))));
  }
}
