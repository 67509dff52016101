package dev.ambit.envelope;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which credential goes with a grant's calls, and how narrow it must be.
///
/// @param provider name of the CredentialProvider resource
/// @param narrow what is asked of the issuer, for example `scopes` to `[items:read]`; keys are the
///   provider's; values are visible ASCII, at most 64 of at most 256 characters each
public record CredentialRef(String provider, SortedMap<String, List<String>> narrow) {
  private static final int VALUES_MAX = 64;
  private static final int VALUE_MAX = 256;

  public CredentialRef {
    Names.check("provider", provider);
    var copy = new TreeMap<String, List<String>>();
    narrow.forEach((key, values) -> copy.put(key, checked(key, values)));
    narrow = Collections.unmodifiableSortedMap(copy);
  }

  private static List<String> checked(String key, List<String> values) {
    if (!Names.parameter(key)) {
      throw new IllegalArgumentException("narrow: no key (expected: letters, digits, _)");
    }
    if (values.size() > VALUES_MAX) {
      throw new IllegalArgumentException("narrow." + key + ": too many (expected: at most 64)");
    }
    for (var value : values) {
      if (value.isEmpty() || value.length() > VALUE_MAX || !Ascii.visible(value)) {
        throw new IllegalArgumentException(
            "narrow." + key + ": no value (expected: 1 to 256 visible ASCII characters)");
      }
    }
    return List.copyOf(values);
  }
}
