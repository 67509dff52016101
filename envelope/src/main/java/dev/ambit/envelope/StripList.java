package dev.ambit.envelope;

import java.util.List;
import java.util.stream.Stream;

/// Headers and query parameters that an agent never gets through to an upstream: they carry, or
/// could carry, an authority of its own (envelope.md), or they make an upstream judge another call
/// than we did (A059). The one table.
public final class StripList {
  /// Entries with a trailing `*` are prefixes; all are compared without regard to ASCII case.
  private static final List<String> KEY_HEADERS =
      List.of(
          "Authorization",
          "Proxy-Authorization",
          "Cookie",
          "X-Api-Key",
          "Api-Key",
          "X-Goog-Api-Key",
          "X-Auth-Token",
          "X-Access-Token",
          "Private-Token",
          "X-Amz-*");

  private static final List<String> MEANING_HEADERS =
      List.of(
          // Another path or host than the judged one:
          "X-Original-*",
          "X-Rewrite-*",
          "X-Forwarded-*",
          "Forwarded",
          "X-Host",
          // Another method than the judged one:
          "X-HTTP-Method*",
          "X-Method-Override");

  private static final List<String> KEY_QUERIES =
      List.of("api_key", "apikey", "access_token", "X-Amz-*", "X-Goog-*");

  private static final List<String> MEANING_QUERIES =
      List.of(
          // Another method than the judged one:
          "_method", "$httpMethod", "X-HTTP-Method*");

  private StripList() {}

  /// Whether a header of this name (any case) is taken away from every call. So is every name with
  /// an underscore: to servers of the CGI tradition `X_Api_Key` is `X-Api-Key` (A062).
  public static boolean header(CharSequence name) {
    for (var i = 0; i < name.length(); i++) {
      if (name.charAt(i) == '_') {
        return true;
      }
    }
    return key(name) || listed(MEANING_HEADERS, name);
  }

  /// Whether a header of this name carries a key of the agent's own: `agentCredentials: pass` lets
  /// it through.
  public static boolean key(CharSequence name) {
    return listed(KEY_HEADERS, name);
  }

  /// Whether a query parameter of this decoded name is taken away from every call. Some servers
  /// drop leading spaces, read `.`, `+` and spaces as `_`, and let `[` end the name: so do we here.
  public static boolean query(String name) {
    return queryKey(name)
        || listed(MEANING_QUERIES, name)
        || listed(MEANING_QUERIES, loosely(name));
  }

  /// Whether a query parameter of this decoded name carries a key of the agent's own, likewise.
  public static boolean queryKey(String name) {
    return listed(KEY_QUERIES, name) || listed(KEY_QUERIES, loosely(name));
  }

  /// The table, for the docs: header names, a trailing `*` for a prefix.
  public static List<String> headers() {
    return Stream.concat(KEY_HEADERS.stream(), MEANING_HEADERS.stream()).toList();
  }

  /// The table, for the docs: query parameter names, a trailing `*` for a prefix.
  public static List<String> queries() {
    return Stream.concat(KEY_QUERIES.stream(), MEANING_QUERIES.stream()).toList();
  }

  private static boolean listed(List<String> table, CharSequence name) {
    for (var entry : table) {
      var last = entry.length() - 1;
      if (entry.charAt(last) == '*'
          ? Ascii.agree(name, entry, last)
          : Ascii.equalsIgnoreCase(name, entry)) {
        return true;
      }
    }
    return false;
  }

  private static String loosely(String name) {
    var loose = new StringBuilder(name.length());
    for (var i = 0; i < name.length() && (i == 0 || name.charAt(i) != '['); i++) {
      var c = name.charAt(i);
      if (c == ' ' || c == '+') {
        if (!loose.isEmpty()) {
          loose.append('_');
        }
      } else {
        loose.append(c == '.' ? '_' : c);
      }
    }
    return loose.toString();
  }
}
