package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import java.net.InetSocketAddress;

/// What the requests of one connection must agree with.
sealed interface Anchor {
  /// Nothing: each names its whole target, as to a proxy.
  record Free() implements Anchor {}

  /// Where the tunnel leads, or the TLS that was caught, with the scheme spoken inside.
  record Inside(Authority authority) implements Anchor {}

  /// Caught on its way in plain HTTP: the host is what `Host` says, the port is the one dialled.
  ///
  /// @param original where the agent meant to connect
  record Caught(InetSocketAddress original) implements Anchor {}
}
