package io.spiffe.workloadapi.internal;

import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;

/// Opens channels to the Workload API over a Unix socket. The name is the one java-spiffe-core
/// calls.
public final class GrpcManagedChannelFactory {
  private GrpcManagedChannelFactory() {}

  public static ManagedChannelWrapper newChannel(URI address, ExecutorService executor) {
    if (!"unix".equals(address.getScheme())) {
      throw new IllegalArgumentException("address: " + address.getScheme() + " (expected: unix)");
    }
    var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    var channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(address.getPath()))
            .eventLoopGroup(loops)
            .channelType(EpollDomainSocketChannel.class)
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .overrideAuthority("localhost")
            .executor(executor)
            .usePlaintext()
            .build();
    return new ManagedChannelWrapper(channel, loops);
  }
}
