package dev.ambit.proxy.relay;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import javax.net.ssl.SSLException;

/// Opens connections to checked addresses and, for https, proves who is there before anything is
/// said (INV-4, INV-5). Confined to its loop.
final class Dialer {
  private static final WriteBufferWaterMark WRITE_MARKS =
      new WriteBufferWaterMark(16 * 1_024, 32 * 1_024);

  private final EventLoop loop;
  private final Transport transport;
  private final UpstreamTls tls;
  private final Limits limits;

  Dialer(EventLoop loop, Transport transport, UpstreamTls tls, Limits limits) {
    this.loop = loop;
    this.transport = transport;
    this.tls = tls;
    this.limits = limits;
  }

  /// Told once, on the loop, how the dial ended.
  interface Dialled {
    void connected(Upstream upstream);

    void failed(Failure failure);
  }

  /// Starts a dial; closing the returned channel gives it up.
  Channel dial(PoolKey key, Dialled dialled) {
    var connecting =
        new Bootstrap()
            .group(loop)
            .channel(transport.stream())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limits.connectWait().toMillis())
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {}
                })
            .connect(key.address());
    var channel = connecting.channel();
    connecting.addListener(connected -> {
      if (!connected.isSuccess()) {
        dialled.failed(notConnected(connected.cause()));
      } else if (key.authority().scheme() == Scheme.HTTP) {
        dialled.connected(ready(key, channel));
      } else {
        secure(key, channel, dialled);
      }
    });
    return channel;
  }

  private void secure(PoolKey key, Channel channel, Dialled dialled) {
    SslHandler handler;
    try {
      handler =
          tls.context(key.roots())
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
    var upstream = ready(key, channel);
    handler
        .handshakeFuture()
        .addListener(shaken -> {
          if (shaken.isSuccess()) {
            dialled.connected(upstream);
          } else {
            var _ = channel.close();
            dialled.failed(notTrusted(shaken.cause()));
          }
        });
    var _ = channel.read();
  }

  private Upstream ready(PoolKey key, Channel channel) {
    var decoder = new StrictResponseDecoder(limits);
    var upstream = new Upstream(key, channel, decoder);
    channel.pipeline().addLast(decoder, upstream);
    return upstream;
  }

  private static String bare(Authority authority) {
    var host = authority.host();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static Failure notConnected(Throwable cause) {
    boolean timeout = cause instanceof ConnectTimeoutException;
    return new Failure(
        Failure.Stage.CONNECT,
        timeout,
        timeout
            ? "The upstream did not accept a connection in time."
            : "The upstream refused the connection or cannot be reached.");
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
