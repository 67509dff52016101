package dev.ambit.spiffe.identity;

import java.util.List;

/// Which peers are let in: exact SPIFFE IDs, or patterns whose `*` stands last and matches within
/// one path segment, or `/**`, which stands last and matches any path below. Immutable.
///
/// @param patterns at most 1000; none admits nobody
public record PeerPolicy(List<String> patterns) {
  private static final String ANY_DEPTH = "/**";
  private static final int PATTERNS_MAX = 1000;
  private static final int SHOWN_MAX = 5;

  public PeerPolicy {
    patterns = List.copyOf(patterns);
    if (patterns.size() > PATTERNS_MAX) {
      throw new IllegalArgumentException(
          "patterns: " + patterns.size() + " (expected: at most " + PATTERNS_MAX + ")");
    }
    patterns.forEach(PeerPolicy::check);
  }

  public static PeerPolicy of(String... patterns) {
    return new PeerPolicy(List.of(patterns));
  }

  /// Everybody with a path in one trust domain, however deep: the pattern `spiffe://<domain>/**`.
  public static PeerPolicy trustDomain(String name) {
    return of("spiffe://" + SpiffeIds.checkTrustDomain(name) + ANY_DEPTH);
  }

  /// Says whether the policy names the ID, which must have been checked.
  public boolean admits(String spiffeId) {
    return patterns.stream().anyMatch(pattern -> matches(pattern, spiffeId));
  }

  /// The first patterns, as many as a message can hold.
  @Override
  public String toString() {
    var shown = String.join(", ", patterns.subList(0, Math.min(patterns.size(), SHOWN_MAX)));
    int more = patterns.size() - SHOWN_MAX;
    return "[" + shown + (more > 0 ? " and " + more + " more]" : "]");
  }

  private static boolean matches(String pattern, String id) {
    if (pattern.endsWith(ANY_DEPTH)) {
      int prefix = pattern.length() - 2;
      return id.length() > prefix && id.startsWith(pattern.substring(0, prefix));
    }
    if (!pattern.endsWith("*")) {
      return pattern.equals(id);
    }
    int fixed = pattern.length() - 1;
    return id.length() > fixed
        && id.startsWith(pattern.substring(0, fixed))
        && id.indexOf('/', fixed) < 0;
  }

  private static void check(String pattern) {
    if (!pattern.endsWith("*")) {
      SpiffeIds.check(pattern);
      return;
    }
    int stars = pattern.endsWith(ANY_DEPTH) ? 2 : 1;
    var sample = SpiffeIds.check(pattern.substring(0, pattern.length() - stars) + "x");
    if (!SpiffeIds.isWorkload(sample)) {
      throw new IllegalArgumentException(
          "pattern: * in the trust domain (expected: it after a / of the path)");
    }
  }
}
