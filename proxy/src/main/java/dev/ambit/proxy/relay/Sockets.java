package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/// Opens TCP connections to checked addresses (INV-4), nothing of which is read before it is asked
/// for. Confined to its loop.
final class Sockets {
  private static final WriteBufferWaterMark WRITE_MARKS =
      new WriteBufferWaterMark(16 * 1_024, 32 * 1_024);

  private final EventLoop loop;
  private final Transport transport;
  private final Limits limits;

  Sockets(EventLoop loop, Transport transport, Limits limits) {
    this.loop = loop;
    this.transport = transport;
    this.limits = limits;
  }

  EventLoop loop() {
    return loop;
  }

  /// Starts to connect; closing its channel gives that up.
  ChannelFuture connect(InetSocketAddress address) {
    return new Bootstrap()
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
        .connect(address);
  }

  /// What a connection that was not made means for the call.
  static Failure notConnected(Throwable cause) {
    boolean timeout = cause instanceof ConnectTimeoutException;
    return new Failure(
        Failure.Stage.CONNECT,
        timeout,
        timeout
            ? "The upstream did not accept a connection in time."
            : "The upstream refused the connection or cannot be reached.");
  }
}
