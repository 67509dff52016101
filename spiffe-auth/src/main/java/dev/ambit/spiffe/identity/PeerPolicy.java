package dev.ambit.spiffe.identity;

import java.util.List;

/// Which peers are let in: exact SPIFFE IDs, or patterns whose `*` stands last and matches within
/// one path segment. Immutable.
public record PeerPolicy(List<String> patterns) {
  public PeerPolicy {
    patterns = List.copyOf(patterns);
  }

  public static PeerPolicy of(String... patterns) {
    return new PeerPolicy(List.of(patterns));
  }

  public boolean admits(String spiffeId) {
    throw new UnsupportedOperationException();
  }
}
