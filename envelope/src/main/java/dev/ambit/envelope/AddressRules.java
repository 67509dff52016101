package dev.ambit.envelope;

import java.util.List;
import java.util.Optional;

/// Which addresses of a target's names may be dialled, beyond public ones. Loopback, link-local and
/// metadata addresses are never admitted, whatever stands here.
///
/// @param allowPrivate admits RFC 1918, ULA and shared (RFC 6598) addresses
/// @param cidrs when not empty, only addresses in one of these blocks, private ones included
public record AddressRules(boolean allowPrivate, List<Cidr> cidrs) {
  /// Blocks in one target.
  public static final int CIDRS_MAX = 64;

  public static final AddressRules PUBLIC = new AddressRules(false, List.of());

  private static final List<Cidr> FORBIDDEN =
      List.of(
          Cidr.parse("127.0.0.0/8").orThrow(),
          Cidr.parse("169.254.0.0/16").orThrow(),
          Cidr.parse("0.0.0.0/8").orThrow(),
          Cidr.parse("::/127").orThrow(),
          Cidr.parse("fe80::/10").orThrow());

  public AddressRules {
    cidrs = List.copyOf(cidrs);
    if (cidrs.size() > CIDRS_MAX) {
      throw new IllegalArgumentException("cidrs: " + cidrs.size() + " (expected: at most 64)");
    }
  }

  /// Whether a call may be sent to this address (4 or 16 bytes).
  public boolean admits(byte[] address) {
    var kind = AddressKind.of(address);
    if (kind.never()) {
      return false;
    }
    if (cidrs.isEmpty()) {
      return kind == AddressKind.PUBLIC || allowPrivate;
    }
    for (var cidr : cidrs) {
      if (cidr.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a block is exactly this address (4 or 16 bytes): it was meant, and is not just inside.
  public boolean names(byte[] address) {
    return cidrs.stream().anyMatch(cidr -> cidr.single() && cidr.contains(address));
  }

  /// The first block that reaches into loopback or link-local addresses, or is metadata or another
  /// special block: a set of resources or a snapshot that holds one is refused, although [#admits]
  /// would not follow it.
  public Optional<Cidr> forbidden() {
    return cidrs.stream().filter(AddressRules::forbidden).findFirst();
  }

  private static boolean forbidden(Cidr cidr) {
    // A private block may have a metadata address somewhere inside; one that begins with it is it.
    return AddressKind.of(cidr.network()).never() || FORBIDDEN.stream().anyMatch(cidr::overlaps);
  }
}
