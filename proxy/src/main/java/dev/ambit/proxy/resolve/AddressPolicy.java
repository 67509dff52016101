package dev.ambit.proxy.resolve;

import dev.ambit.envelope.AddressKind;
import dev.ambit.envelope.AddressRules;
import java.net.InetAddress;
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

  /// As this, but not this machine or pod itself: an address of its own only where a target names
  /// exactly that one, however broad its blocks are (A031), and never where the proxy listens, for
  /// a call would come back to it (A033).
  ///
  /// @param ownAddresses the addresses of this machine or pod, loopback included
  /// @param ownPorts where the proxy listens
  default AddressPolicy except(Set<InetAddress> ownAddresses, Set<Integer> ownPorts) {
    var addresses = Set.copyOf(ownAddresses);
    var ports = Set.copyOf(ownPorts);
    return (address, rules) -> {
      var to = address.getAddress();
      boolean own = to.isLoopbackAddress() || addresses.contains(to);
      return admits(address, rules)
          && !(own && ports.contains(address.getPort()))
          && !(own && !to.isLoopbackAddress() && !rules.names(to.getAddress()));
    };
  }

  /// As this, but none of these unless a target names exactly that one, however broad its blocks
  /// are: the node and what runs the cluster is nobody's upstream by accident (A031).
  default AddressPolicy reserving(Set<InetAddress> reserved) {
    var addresses = Set.copyOf(reserved);
    return (address, rules) ->
        admits(address, rules)
            && (!addresses.contains(address.getAddress())
                || rules.names(address.getAddress().getAddress()));
  }
}
