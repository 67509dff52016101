package dev.ambit.spiffe.identity;

/// The syntax of SPIFFE IDs (SPIFFE-ID 2). Nothing is mapped or repaired: what is not written in
/// the one canonical form is refused.
public final class SpiffeIds {
  private static final String SCHEME = "spiffe://";
  private static final int LENGTH_MAX = 2048;
  private static final int TRUST_DOMAIN_MAX = 255;

  private SpiffeIds() {}

  /// Returns the text if it is a SPIFFE ID of a trust domain or a workload, of at most 2048
  /// characters, else throws [IllegalArgumentException] with a message that says what is wrong and
  /// repeats nothing of the text.
  public static String check(String text) {
    if (text.length() > LENGTH_MAX) {
      throw wrong(text.length() + " characters", "at most " + LENGTH_MAX);
    }
    if (!text.startsWith(SCHEME)) {
      throw wrong("another scheme", "spiffe://<trust domain>/<path>");
    }
    checkTrustDomain(trustDomain(text));
    var path = text.substring(SCHEME.length() + trustDomain(text).length());
    if (!path.isEmpty()) {
      for (var segment : path.substring(1).split("/", -1)) {
        checkSegment(segment);
      }
    }
    return text;
  }

  /// Returns the text if it is the name of a trust domain: 1 to 255 characters of `a-z 0-9 . - _`.
  public static String checkTrustDomain(String text) {
    if (text.isEmpty() || text.length() > TRUST_DOMAIN_MAX) {
      throw wrong("trust domain of " + text.length() + " characters", "1 to " + TRUST_DOMAIN_MAX);
    }
    if (!text.chars().allMatch(c -> lowerOrDigit(c) || c == '.' || c == '-' || c == '_')) {
      throw wrong("trust domain with another character", "a-z 0-9 . - _");
    }
    return text;
  }

  /// The trust domain's name in a SPIFFE ID that was checked.
  public static String trustDomain(String id) {
    int end = id.indexOf('/', SCHEME.length());
    return end < 0 ? id.substring(SCHEME.length()) : id.substring(SCHEME.length(), end);
  }

  /// Whether a SPIFFE ID that was checked names a workload, not only its trust domain.
  public static boolean isWorkload(String id) {
    return id.indexOf('/', SCHEME.length()) > 0;
  }

  private static void checkSegment(String segment) {
    if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
      throw wrong("path segment that is empty, . or ..", "names between single slashes");
    }
    if (!segment.chars().allMatch(SpiffeIds::pathCharacter)) {
      throw wrong("path with another character", "a-z A-Z 0-9 . - _");
    }
  }

  private static boolean pathCharacter(int c) {
    return lowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
  }

  private static boolean lowerOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static IllegalArgumentException wrong(String found, String expected) {
    return new IllegalArgumentException("SPIFFE ID: " + found + " (expected: " + expected + ")");
  }
}
