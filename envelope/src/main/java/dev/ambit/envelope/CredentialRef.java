package dev.ambit.envelope;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which credential goes with a grant's calls, and how narrow it must be.
///
/// @param provider name of the CredentialProvider resource
/// @param narrow what is asked of the issuer, for example `scopes` to `[items:read]`; keys are the
///   provider's
public record CredentialRef(String provider, SortedMap<String, List<String>> narrow) {
  public CredentialRef {
    var copy = new TreeMap<String, List<String>>();
    narrow.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    narrow = java.util.Collections.unmodifiableSortedMap(copy);
  }
}
