package dev.ambit.proxy.resolve;

import dev.ambit.envelope.AddressKind;
import dev.ambit.envelope.AddressRules;
import java.net.InetSocketAddress;
import java.util.Set;

/// Which addresses may be dialled at all: never loopback, link-local, metadata, multicast, reserved
/// ones; private ones only where the target says so.
public interface AddressPolicy {
  boolean admits(InetSocketAddress address, AddressRules rules);

  /// The rules of production. No configuration can weaken them.
  static AddressPolicy production() {
    return (address, rules) -> rules.admits(address.getAddress().getAddress());
  }

  /// As [#production], and loopback at these ports: for everything on one machine. Only development
  /// mains may call it.
  static AddressPolicy development(Set<Integer> loopbackPorts) {
    var ports = Set.copyOf(loopbackPorts);
    return (address, rules) ->
        rules.admits(address.getAddress().getAddress())
            || (AddressKind.of(address.getAddress().getAddress()) == AddressKind.LOOPBACK
                && ports.contains(address.getPort()));
  }

  /// As this, but never an address at which the proxy itself listens (A033): a call would come back
  /// to it.
  ///
  /// @param ownAddresses the addresses of this machine or pod, loopback included
  default AddressPolicy except(Set<java.net.InetAddress> ownAddresses, Set<Integer> ownPorts) {
    var addresses = Set.copyOf(ownAddresses);
    var ports = Set.copyOf(ownPorts);
    return (address, rules) ->
        admits(address, rules)
            && !(ports.contains(address.getPort())
                && (addresses.contains(address.getAddress())
                    || address.getAddress().isLoopbackAddress()));
  }
}
