package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// What is known of where a connection leads before the agent has said a word on it.
sealed interface Lead {
  /// The agent asked for a tunnel there, and was let.
  record Tunnel(Authority connect) implements Lead {}

  /// The agent dialled there, and the kernel turned it to the proxy.
  record Caught(InetSocketAddress original) implements Lead {
    /// The address itself as the host.
    Authority literal(Scheme scheme) {
      var address = original.getAddress();
      var text = address.getHostAddress();
      return Authority.parse(
              scheme,
              (address instanceof Inet6Address ? "[" + text + "]" : text)
                  + ":"
                  + original.getPort())
          .orThrow();
    }
  }

  /// Where TLS with this server name leads, or why that is not one place. Clients send no server
  /// name for an IP literal (RFC 6066 3); for a name they must.
  default Authority tls(@Nullable String serverName) throws Refused {
    return switch (this) {
      case Tunnel(var connect) -> {
        boolean agrees =
            serverName == null ? connect.isLiteral() : serverName.equalsIgnoreCase(connect.host());
        if (!agrees) {
          throw Refused.because(
              Reason.AUTHORITY_MISMATCH, "The TLS server name is not the host of the tunnel.");
        }
        yield new Authority(Scheme.HTTPS, connect.host(), connect.port());
      }
      case Caught caught when serverName == null -> caught.literal(Scheme.HTTPS);
      case Caught(var original) ->
          switch (Authority.parse(Scheme.HTTPS, serverName + ":" + original.getPort())) {
            case Parsed.Ok<Authority>(var authority) when !authority.isLiteral() -> authority;
            case Parsed<Authority> _ ->
                throw Refused.malformed("The TLS server name is no host name.");
          };
    };
  }

  /// What plain HTTP must agree with.
  default Anchor plain() {
    return switch (this) {
      case Tunnel(var connect) ->
          new Anchor.Inside(new Authority(Scheme.HTTP, connect.host(), connect.port()));
      case Caught(var original) -> new Anchor.Caught(original);
    };
  }
}
