package dev.ambit.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;

/// The way of an agent's connection through a door: TCP, a tunnel where the door is a proxy's, TLS.
final class Dial {
  private static final int CONNECT_MILLIS = 10_000;

  private Dial() {}

  /// @param behind what stands behind TLS; hears of its handshake
  /// @param failed called when nobody answers
  static Channel open(
      EventLoop loop,
      Door door,
      SslContext tls,
      List<ChannelHandler> behind,
      Consumer<Throwable> failed) {
    var connecting =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    lay(channel, door, tls);
                    behind.forEach(channel.pipeline()::addLast);
                  }
                })
            .connect(door.address());
    var _ =
        connecting.addListener(connected -> {
          if (!connected.isSuccess()) {
            failed.accept(connected.cause());
          }
        });
    return connecting.channel();
  }

  private static void lay(SocketChannel channel, Door door, SslContext tls) {
    if (door.tunnel()) {
      channel
          .pipeline()
          .addLast(
              new Tunnel(
                  door,
                  ctx -> ctx.pipeline().addAfter(ctx.name(), "tls", secure(channel, door, tls))));
    } else {
      channel.pipeline().addLast("tls", secure(channel, door, tls));
    }
  }

  /// Without the peer's address the engine keeps no session: every handshake is a whole one.
  private static SslHandler secure(SocketChannel channel, Door door, SslContext tls) {
    var engine = tls.newEngine(channel.alloc());
    var parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(door.host())));
    engine.setSSLParameters(parameters);
    return new SslHandler(engine);
  }
}
