package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.model.Connection;
import io.netty.handler.ssl.SslHandler;
import java.util.List;

/// A point in the life of an agent connection at which its pipeline is laid out anew.
sealed interface Entry {
  /// Just accepted, from an agent that knows of the proxy.
  record Explicit() implements Entry {}

  /// A tunnel was opened or a connection caught, and the agent has not said yet what it speaks.
  ///
  /// @param handles presented when the tunnel was opened
  record Unheard(Lead lead, List<String> handles, Connection connection) implements Entry {
    public Unheard {
      handles = List.copyOf(handles);
    }
  }

  /// Its target is known, and nothing is read on the way there.
  ///
  /// @param authority of an opaque scheme
  /// @param handles presented when the tunnel was opened
  record Opaque(Authority authority, List<String> handles, Connection connection, Greeting greeting)
      implements Entry {
    public Opaque {
      handles = List.copyOf(handles);
    }
  }

  record Plain(Via via) implements Entry {}

  record Tls(SslHandler tls, Via via) implements Entry {}

  /// TLS with an agent that speaks HTTP/2 as well: what it will be, the handshake settles.
  record Negotiated(SslHandler tls, Via via) implements Entry {}

  record Http2(Via via) implements Entry {}
}
