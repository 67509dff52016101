package dev.ambit.proxy.transport;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;

/// The channel classes that go together: epoll where the kernel has it, else NIO.
public record Transport(
    IoHandlerFactory io,
    Class<? extends ServerSocketChannel> server,
    Class<? extends SocketChannel> stream,
    Class<? extends DatagramChannel> datagram) {
  public static Transport best() {
    return Epoll.isAvailable() ? epoll() : nio();
  }

  public static Transport nio() {
    return new Transport(
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        NioDatagramChannel.class);
  }

  private static Transport epoll() {
    return new Transport(
        EpollIoHandler.newFactory(),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class,
        EpollDatagramChannel.class);
  }

  /// Whether it can tell where a connection meant to go before the kernel turned it.
  public boolean seesOriginalDestinations() {
    return stream.equals(EpollSocketChannel.class);
  }

  /// BoringSSL where there is one for this machine, else the JDK's TLS.
  public static SslProvider tls() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }

  /// The one event loop of the data plane; the caller shuts it down.
  public IoEventLoopGroup oneLoop(String threadName) {
    return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(threadName, true), io);
  }
}
