package dev.ambit.envelope;

import java.util.List;

/// Which addresses of a target's names may be dialled, beyond public ones. Loopback, link-local and
/// metadata addresses are never admitted, whatever stands here.
///
/// @param allowPrivate admits RFC 1918, ULA and the like
/// @param cidrs when not empty, only addresses in one of these blocks
public record AddressRules(boolean allowPrivate, List<Cidr> cidrs) {
  public static final AddressRules PUBLIC = new AddressRules(false, List.of());

  public AddressRules {
    cidrs = List.copyOf(cidrs);
  }
}
