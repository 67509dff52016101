package dev.ambit.proxy.dns;

import dev.ambit.proxy.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Where the agent's resolver asks, by UDP and TCP (RFC 1035 4.2, RFC 7766). Confined to its loop.
public final class DnsListener implements AutoCloseable {
  static final int CONNECTIONS_MAX = 32;

  /// How long a connection may say nothing.
  private static final int IDLE_SECONDS = 10;

  private final EventLoop loop;
  private final Transport transport;
  private final DnsQueries queries;
  private final List<Channel> bound = new ArrayList<>();
  private final Set<Channel> connections = new HashSet<>();

  public DnsListener(EventLoop loop, Transport transport, DnsQueries queries) {
    this.loop = loop;
    this.transport = transport;
    this.queries = queries;
  }

  /// Binds both protocols at the port; 0 lets the system choose one. Blocks; not for the loop.
  public InetSocketAddress bind(InetSocketAddress address) throws IOException {
    var tcp =
        new ServerBootstrap()
            .group(loop)
            .channel(transport.server())
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel agent) {
                    accept(agent);
                  }
                })
            .bind(address);
    var at = (InetSocketAddress) opened(tcp, address).localAddress();
    var udp =
        new Bootstrap()
            .group(loop)
            .channel(transport.datagram())
            .handler(
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new DatagramDnsQueryDecoder(),
                            new DatagramDnsResponseEncoder(new PointedNames()),
                            queries);
                  }
                })
            .bind(at);
    var _ = opened(udp, at);
    return at;
  }

  private Channel opened(ChannelFuture binding, InetSocketAddress address) throws IOException {
    binding.awaitUninterruptibly();
    if (!binding.isSuccess()) {
      throw new IOException(
          "agent dns: " + address + " cannot be bound (expected: a free local address)",
          binding.cause());
    }
    bound.add(binding.channel());
    return binding.channel();
  }

  /// On the loop.
  @Override
  public void close() {
    bound.forEach(DnsListener::close);
    List.copyOf(connections).forEach(DnsListener::close);
  }

  private void accept(SocketChannel agent) {
    if (connections.size() >= CONNECTIONS_MAX) {
      close(agent);
      return;
    }
    connections.add(agent);
    var _ = agent.closeFuture().addListener(_ -> connections.remove(agent));
    agent
        .pipeline()
        .addLast(
            new ReadTimeoutHandler(IDLE_SECONDS),
            new TcpDnsQueryDecoder(),
            new TcpDnsResponseEncoder(new PointedNames()),
            queries);
  }

  private static void close(Channel channel) {
    var _ = channel.close();
  }
}
