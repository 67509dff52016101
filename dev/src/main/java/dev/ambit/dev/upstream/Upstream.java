package dev.ambit.dev.upstream;

import dev.ambit.dev.record.Journal;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/// An API over HTTPS, HTTP/1.1. What it saw stands in its journal: every connection with the
/// instants at which it came and went, every request head as it arrived, every answer, and the
/// digests of whole bodies.
///
/// `GET /v1/items[/ID]`, `POST /v1/items`, `GET /v1/stream` (20 server-sent events a second), `GET
/// /v1/download?bytes=N`, `POST /v1/upload`; the last three also with a name behind. Scopes:
/// `items:read` and `items:write`.
public final class Upstream implements AutoCloseable {
  private static final int BACKLOG = 256;

  private final MultiThreadIoEventLoopGroup loops;
  private final Channel listener;

  private Upstream(MultiThreadIoEventLoopGroup loops, Channel listener) {
    this.loops = loops;
    this.listener = listener;
  }

  /// Listens at the address, on a port that the system chooses.
  static Upstream start(
      InetAddress listen, SslContext tls, Introspection introspection, Journal journal)
      throws InterruptedException {
    var loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    var connections = new AtomicLong();
    var calls = new AtomicLong();
    var items = new Items();
    var listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(io.netty.channel.ChannelOption.SO_BACKLOG, BACKLOG)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    var record = new CallRecord(journal, connections.incrementAndGet(), calls);
                    channel
                        .pipeline()
                        .addLast(tls.newHandler(channel.alloc()))
                        .addLast(new HttpServerCodec())
                        .addLast(new ChunkedWriteHandler())
                        .addLast(new UpstreamConnection(introspection, items, record));
                  }
                })
            .bind(new InetSocketAddress(listen, 0))
            .sync()
            .channel();
    return new Upstream(loops, listener);
  }

  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    var _ = listener.close();
    var _ = loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
  }
}
