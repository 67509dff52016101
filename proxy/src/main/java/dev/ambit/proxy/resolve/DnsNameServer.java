package dev.ambit.proxy.resolve;

import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// Forwards look-ups to the configured servers and to no others; no search domains.
public final class DnsNameServer implements NameServer, AutoCloseable {
  private final List<InetSocketAddress> servers;

  /// @param servers asked in order; empty for those of the machine's resolv.conf
  public DnsNameServer(EventLoop loop, Transport transport, List<InetSocketAddress> servers) {
    this.servers = List.copyOf(servers);
  }

  @Override
  public CompletionStage<List<InetAddress>> lookup(String host) {
    throw new UnsupportedOperationException(servers + host);
  }

  @Override
  public void close() {}
}
