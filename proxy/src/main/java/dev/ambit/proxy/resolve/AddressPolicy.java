package dev.ambit.proxy.resolve;

import dev.ambit.envelope.AddressRules;
import java.net.InetSocketAddress;
import java.util.Set;

/// Which addresses may be dialled at all: never loopback, link-local, metadata, multicast, reserved
/// or the proxy's own ones; private ones only where the target says so.
public interface AddressPolicy {
  boolean admits(InetSocketAddress address, AddressRules rules);

  /// The rules of production. No configuration can weaken them.
  static AddressPolicy production() {
    return (_, _) -> {
      throw new UnsupportedOperationException();
    };
  }

  /// As [#production], and loopback at these ports: for everything on one machine. Only development
  /// mains may call it.
  static AddressPolicy development(Set<Integer> loopbackPorts) {
    throw new UnsupportedOperationException(loopbackPorts.toString());
  }
}
