package io.spiffe.workloadapi.internal;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/// Unix sockets on whichever transport an event loop group is made of: epoll, else the JDK's own.
public final class UnixSockets {
  private UnixSockets() {}

  /// One loop of the best transport there is. The caller shuts it down.
  public static IoEventLoopGroup newLoop() {
    return new MultiThreadIoEventLoopGroup(
        1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  public static Class<? extends Channel> channelType(IoEventLoopGroup loops) {
    return isEpoll(loops) ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
  }

  public static Class<? extends ServerChannel> serverType(IoEventLoopGroup loops) {
    return isEpoll(loops)
        ? EpollServerDomainSocketChannel.class
        : NioServerDomainSocketChannel.class;
  }

  public static SocketAddress address(IoEventLoopGroup loops, Path socket) {
    return isEpoll(loops)
        ? new DomainSocketAddress(socket.toString())
        : UnixDomainSocketAddress.of(socket);
  }

  private static boolean isEpoll(IoEventLoopGroup loops) {
    return loops.isIoType(EpollIoHandler.class);
  }
}
