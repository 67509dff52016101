package dev.ambit.control.lifecycle;

/// Why a request is refused.
///
/// @param field of the request that is wrong, for example `workload.spiffe_id`
/// @param message `field: found (expected: ...)`, nothing of it unescaped
public record Refusal(Kind kind, String field, String message) {
  /// `field: found (expected: ...)`, where found is a caller's text.
  public static Refusal of(Kind kind, String field, String found, String expected) {
    return new Refusal(kind, field, field + ": " + quote(found) + " (expected: " + expected + ")");
  }

  private static final int SHOWN_MAX = 64;

  /// A caller's text as messages may carry it: printable ASCII, at most 64 characters.
  static String quote(String text) {
    var shown = new StringBuilder();
    text.codePoints()
        .limit(SHOWN_MAX)
        .forEach(c -> shown.append(c > 0x20 && c < 0x7f ? (char) c : '?'));
    if (shown.isEmpty()) {
      return "none";
    }
    return text.codePointCount(0, text.length()) > SHOWN_MAX ? shown + "..." : shown.toString();
  }

  /// What sort of wrong it is.
  public enum Kind {
    /// The request cannot be meant as it stands.
    INVALID,
    /// This caller may not.
    FORBIDDEN,
    /// There is no such thing, or the caller may not know of it.
    UNKNOWN,
    /// Not in the state it is in.
    CONFLICT,
    /// A bound is reached.
    FULL,
    /// This process is shutting down; the next one answers.
    STOPPING
  }
}
