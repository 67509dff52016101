package dev.ambit.envelope;

import java.util.List;
import java.util.Set;

/// A destination the platform team has named.
///
/// @param name at most 63 characters, unique in a set
/// @param scheme what is spoken there; calls of the other scheme are `protocol_not_granted`
public record Target(
    String name,
    List<HostPattern> hosts,
    Set<Integer> ports,
    Scheme scheme,
    AddressRules addresses,
    UpstreamRoots roots) {
  public Target {
    hosts = List.copyOf(hosts);
    ports = Set.copyOf(ports);
  }
}
