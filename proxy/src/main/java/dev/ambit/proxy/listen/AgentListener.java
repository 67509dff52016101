package dev.ambit.proxy.listen;

import dev.ambit.proxy.decode.ConnectionPipeline;
import dev.ambit.proxy.decode.Decoding;
import dev.ambit.proxy.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// Accepts agents on loopback, by as many doors as it is bound to; they count together. Its state
/// is confined to the loop.
public final class AgentListener {
  private static final WriteBufferWaterMark WRITE_MARKS =
      new WriteBufferWaterMark(16 * 1_024, 32 * 1_024);

  private final EventLoop loop;
  private final Transport transport;
  private final Decoding decoding;
  private final Set<Channel> open = new HashSet<>();
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();
  private volatile int connections;
  private final List<Channel> servers = new ArrayList<>();
  private boolean draining;

  public AgentListener(EventLoop loop, Transport transport, Decoding decoding) {
    this.loop = loop;
    this.transport = transport;
    this.decoding = decoding;
  }

  /// Binds one door; port 0 lets the system choose. Blocks; not for the loop.
  public InetSocketAddress bind(InetSocketAddress address, Door door) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(transport.server())
            .option(ChannelOption.SO_BACKLOG, 128)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel agent) {
                    accept(agent, door);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "listen: " + address + " cannot be bound (expected: a free local address)",
          bound.cause());
    }
    servers.add(bound.channel());
    return (InetSocketAddress) bound.channel().localAddress();
  }

  /// Agent connections open now; any thread.
  public int connections() {
    return connections;
  }

  /// Stops accepting, lets calls in flight end, and closes what is left at the deadline. Completes
  /// when no connection is left; any thread.
  public CompletionStage<Void> drain(Duration deadline) {
    loop.execute(() -> startDraining(deadline));
    return emptied;
  }

  /// Stops accepting and closes every connection at once. On the loop.
  public void close() {
    draining = true;
    servers.forEach(AgentListener::close);
    new ArrayList<>(open).forEach(AgentListener::close);
  }

  private void accept(SocketChannel agent, Door door) {
    if (draining || open.size() >= decoding.limits().connections()) {
      var _ = agent.close();
      return;
    }
    open.add(agent);
    connections = open.size();
    var _ = agent.closeFuture().addListener(_ -> closed(agent));
    door.enter(agent, decoding);
  }

  private void closed(Channel agent) {
    open.remove(agent);
    connections = open.size();
    if (draining && open.isEmpty()) {
      emptied.complete(null);
    }
  }

  private void startDraining(Duration deadline) {
    draining = true;
    servers.forEach(AgentListener::close);
    if (open.isEmpty()) {
      emptied.complete(null);
      return;
    }
    new ArrayList<>(open).forEach(agent -> ConnectionPipeline.drain(agent.pipeline()));
    var _ =
        loop.schedule(
            () -> new ArrayList<>(open).forEach(AgentListener::close),
            deadline.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private static void close(Channel agent) {
    var _ = agent.close();
  }
}
