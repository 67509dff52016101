package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import io.netty.handler.ssl.SslHandler;

/// A point in the life of an agent connection at which its pipeline is laid out anew.
sealed interface Entry {
  /// Just accepted.
  record Explicit() implements Entry {}

  /// CONNECT was answered; the agent has not said yet what it speaks.
  record TunnelOpened(Authority connect, Via via) implements Entry {}

  record PlainTunnel(Via via) implements Entry {}

  record TlsTunnel(SslHandler tls, Via via) implements Entry {}
}
