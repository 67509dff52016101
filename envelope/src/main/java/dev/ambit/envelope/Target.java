package dev.ambit.envelope;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A destination the platform team has named.
///
/// @param name at most 63 characters, unique in a set
/// @param hosts 1 to 64
/// @param ports 1 to 64, ascending
/// @param protocol what is spoken there; calls in any other are `protocol_not_granted`
/// @param sensitivity compared with the ceiling of the envelope
public record Target(
    String name,
    List<HostPattern> hosts,
    Set<Integer> ports,
    Protocol protocol,
    AddressRules addresses,
    UpstreamRoots roots,
    Sensitivity sensitivity) {
  /// Hosts, and likewise ports, in one target.
  public static final int HOSTS_MAX = 64;

  private static final int PORT_MAX = 65_535;

  public Target {
    Names.check("target", name);
    hosts = List.copyOf(hosts);
    ports = Collections.unmodifiableSet(new TreeSet<>(ports));
    if (hosts.isEmpty() || hosts.size() > HOSTS_MAX) {
      throw new IllegalArgumentException("target " + name + ": hosts (expected: 1 to 64)");
    }
    if (ports.isEmpty() || ports.size() > HOSTS_MAX) {
      throw new IllegalArgumentException("target " + name + ": ports (expected: 1 to 64)");
    }
    for (var port : ports) {
      if (port < 1 || port > PORT_MAX) {
        throw new IllegalArgumentException("target " + name + ": port (expected: 1 to 65535)");
      }
    }
  }

  /// Of which nothing is said, so that it may be as sensitive as can be.
  public Target(
      String name,
      List<HostPattern> hosts,
      Set<Integer> ports,
      Protocol protocol,
      AddressRules addresses,
      UpstreamRoots roots) {
    this(name, hosts, ports, protocol, addresses, roots, Sensitivity.RESTRICTED);
  }

  /// How its authorities are spoken to.
  public Scheme scheme() {
    return protocol.scheme();
  }
}
