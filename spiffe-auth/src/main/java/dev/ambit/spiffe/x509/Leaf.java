package dev.ambit.spiffe.x509;

import java.util.List;
import java.util.Set;

/// What an end-entity certificate shall say.
///
/// @param commonName of the subject, at most 64 characters; empty for a certificate that speaks by
///   its alternative names alone
/// @param names 1 to 100, in this order
/// @param purposes at least one
public record Leaf(
    String commonName, List<SubjectName> names, Set<Purpose> purposes, Validity validity) {
  private static final int NAMES_MAX = 100;

  public Leaf {
    names = List.copyOf(names);
    purposes = Set.copyOf(purposes);
    if (names.isEmpty() || names.size() > NAMES_MAX) {
      throw new IllegalArgumentException(
          "names: " + names.size() + " (expected: 1 to " + NAMES_MAX + ")");
    }
    if (purposes.isEmpty()) {
      throw new IllegalArgumentException("purposes: none (expected: at least one)");
    }
  }

  /// For a TLS server that is known by these names.
  public static Leaf server(Validity validity, SubjectName... names) {
    return new Leaf("", List.of(names), Set.of(Purpose.SERVER), validity);
  }

  /// An X.509-SVID: one URI, usable on both sides of mTLS.
  public static Leaf svid(Validity validity, String spiffeId) {
    return new Leaf(
        "",
        List.of(new SubjectName.Uri(spiffeId)),
        Set.of(Purpose.SERVER, Purpose.CLIENT),
        validity);
  }
}
