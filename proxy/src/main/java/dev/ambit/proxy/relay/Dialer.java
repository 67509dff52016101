package dev.ambit.proxy.relay;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Alpn;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/// Opens connections to checked addresses and, for https, proves who is there before anything is
/// said (INV-4, INV-5). Confined to its loop.
final class Dialer {
  private final Sockets sockets;
  private final UpstreamTls tls;
  private final UpstreamPool pool;
  private final Limits limits;

  /// @param pool where HTTP/1.1 connections wait when they serve nobody
  Dialer(Sockets sockets, UpstreamTls tls, UpstreamPool pool, Limits limits) {
    this.sockets = sockets;
    this.tls = tls;
    this.pool = pool;
    this.limits = limits;
  }

  /// Told once, on the loop, how the dial ended.
  interface Dialled {
    void http1(Upstream fresh);

    void http2(Http2Upstream fresh);

    void failed(Failure failure);

    /// The upstream takes none of what was offered.
    void noCommonProtocol(Failure failure);

    /// Told later, perhaps more than once: an HTTP/2 connection takes no more calls.
    void left(Http2Upstream connection);
  }

  /// Starts a dial; closing the returned channel gives it up.
  Channel dial(PoolKey key, Alpn offer, Dialled dialled) {
    var connecting = sockets.connect(key.address());
    var channel = connecting.channel();
    connecting.addListener(connected -> {
      if (!connected.isSuccess()) {
        dialled.failed(Sockets.notConnected(connected.cause()));
      } else if (key.authority().scheme() == Scheme.HTTP) {
        dialled.http1(ready(key, channel));
      } else {
        secure(key, offer, channel, dialled);
      }
    });
    return channel;
  }

  private void secure(PoolKey key, Alpn offer, Channel channel, Dialled dialled) {
    SslHandler handler;
    try {
      handler =
          tls.context(key.roots(), offer)
              .newHandler(channel.alloc(), bare(key.authority()), key.authority().port());
    } catch (SSLException _) {
      var _ = channel.close();
      dialled.failed(
          new Failure(
              Failure.Stage.TLS, false, "The target's certificate authorities are unusable."));
      return;
    }
    handler.setHandshakeTimeoutMillis(limits.handshakeWait().toMillis());
    channel.pipeline().addLast(handler);
    handler
        .handshakeFuture()
        .addListener(shaken -> {
          if (shaken.isSuccess()) {
            speak(key, offer, handler, channel, dialled);
          } else {
            var _ = channel.close();
            if (noCommonProtocol(shaken.cause())) {
              dialled.noCommonProtocol(notSpoken());
            } else {
              dialled.failed(notTrusted(shaken.cause()));
            }
          }
        });
    var _ = channel.read();
  }

  /// In the turn in which the handshake ended, so that nothing is read before.
  private void speak(
      PoolKey key, Alpn offer, SslHandler handler, Channel channel, Dialled dialled) {
    if (Alpn.isHttp2(handler.applicationProtocol())) {
      var upstream = Http2Upstream.of(key, limits, sockets.loop(), dialled::left);
      channel.pipeline().addLast(upstream);
      dialled.http2(upstream);
      var _ = channel.read();
    } else if (offer == Alpn.HTTP2) {
      var _ = channel.close();
      dialled.noCommonProtocol(notSpoken());
    } else {
      dialled.http1(ready(key, channel));
    }
  }

  private Upstream ready(PoolKey key, Channel channel) {
    var decoder = new StrictResponseDecoder(limits);
    var upstream = new Upstream(key, channel, decoder, pool);
    channel.pipeline().addLast(decoder, upstream);
    return upstream;
  }

  private static String bare(Authority authority) {
    var host = authority.host();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /// Whether the peer ended the handshake with that alert (RFC 7301 3.2). Both TLS libraries tell
  /// it in the text alone.
  private static boolean noCommonProtocol(Throwable cause) {
    var text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no_application_protocol") || text.contains("no application protocol");
  }

  private static Failure notSpoken() {
    return new Failure(
        Failure.Stage.TLS, false, "The upstream does not speak the protocol of its target.");
  }

  private static Failure notTrusted(Throwable cause) {
    boolean timeout = cause instanceof SslHandshakeTimeoutException;
    return new Failure(
        Failure.Stage.TLS,
        timeout,
        timeout
            ? "The upstream did not finish the TLS handshake in time."
            : "The upstream did not prove by its certificate that it is the target.");
  }
}
