package dev.ambit.bench.origin;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;

/// What the last request showed the origin; for the oracle, any thread.
public final class Seen {
  private volatile String authorization = "";
  private volatile String path = "";
  private volatile String host = "";
  private volatile String cipher = "";
  private volatile String protocol = "";
  private volatile long requests;

  /// @param channel of a connection, or of one stream on it
  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by the origin's loop alone.
  void request(Channel channel, String pathNow, String hostNow, String authorizationNow) {
    path = pathNow;
    host = hostNow;
    authorization = authorizationNow;
    var own = channel.pipeline().get(SslHandler.class);
    var tls = own == null ? channel.parent().pipeline().get(SslHandler.class) : own;
    cipher = tls.engine().getSession().getCipherSuite();
    var agreed = tls.applicationProtocol();
    protocol = agreed == null ? ApplicationProtocolNames.HTTP_1_1 : agreed;
    requests++;
  }

  public String path() {
    return path;
  }

  /// With the port.
  public String host() {
    return host;
  }

  public String authorization() {
    return authorization;
  }

  public String cipher() {
    return cipher;
  }

  /// As ALPN calls it.
  public String protocol() {
    return protocol;
  }

  public long requests() {
    return requests;
  }
}
