package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Protocol;
import dev.ambit.proxy.transport.Alpn;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which protocols an agent is offered: what its target may speak, and of that what the upstream
/// was last seen to speak, unless the agent knows nothing else. Pure.
final class Offer {
  private Offer() {}

  /// Null where nothing of what the agent speaks may be spoken there (A110).
  ///
  /// @param spoken by the agent; empty when it did not say, and then it is HTTP/1.1
  static @Nullable Alpn of(List<String> spoken, Decoding decoding, Authority authority) {
    return of(spoken, decoding.tunnels().protocols(authority), decoding.learned().apply(authority));
  }

  static @Nullable Alpn of(List<String> spoken, Set<Protocol> targets, @Nullable Alpn learned) {
    var allowed = allowed(targets);
    var common = allowed.names().stream().filter(spoken::contains).toList();
    if (spoken.isEmpty()) {
      return allowed == Alpn.HTTP2 ? null : allowed;
    }
    if (common.isEmpty()) {
      return null;
    }
    return learned == Alpn.HTTP1 && common.containsAll(Alpn.HTTP1.names()) ? Alpn.HTTP1 : allowed;
  }

  /// gRPC is HTTP/2 alone, and over HTTP/2 no WebSocket is opened here.
  private static Alpn allowed(Set<Protocol> targets) {
    if (targets.equals(Set.of(Protocol.GRPC))) {
      return Alpn.HTTP2;
    }
    return targets.equals(Set.of(Protocol.WEBSOCKET)) ? Alpn.HTTP1 : Alpn.BOTH;
  }

  static boolean mayBecomeHttp2(Alpn offer, List<String> spoken) {
    return offer.offersHttp2() && spoken.containsAll(Alpn.HTTP2.names());
  }
}
