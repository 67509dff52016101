package dev.ambit.bench.origin;

import dev.ambit.bench.load.Alpn;
import dev.ambit.bench.load.Loops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/// The upstream of every subject: HTTP/1.1 or HTTP/2 over TLS 1.3, as the other side wishes, and a
/// memory of what it was last asked.
public final class Origin implements AutoCloseable {
  private static final int BACKLOG = 1_024;
  private static final WriteBufferWaterMark MARKS =
      new WriteBufferWaterMark(128 * 1_024, 256 * 1_024);

  private final Channel server;
  private final Seen seen;

  private Origin(Channel server, Seen seen) {
    this.server = server;
    this.seen = seen;
  }

  /// Serves at the address; port 0 lets the system choose.
  public static Origin start(Loops loops, InetSocketAddress address, Path certificate, Path key)
      throws IOException {
    var tls =
        SslContextBuilder.forServer(certificate.toFile(), key.toFile())
            .sslProvider(SslProvider.OPENSSL)
            .protocols("TLSv1.3")
            .applicationProtocolConfig(Alpn.offering("h2", "http/1.1"))
            .build();
    var seen = new Seen();
    var bound =
        new ServerBootstrap()
            .group(loops.origin())
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, MARKS)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    lay(channel, tls, seen);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("origin: cannot listen at " + address, bound.cause());
    }
    return new Origin(bound.channel(), seen);
  }

  private static void lay(SocketChannel channel, SslContext tls, Seen seen) {
    channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Agreed(seen));
  }

  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /// What the last request showed.
  public Seen seen() {
    return seen;
  }

  @Override
  public void close() {
    server.close().awaitUninterruptibly();
  }

  /// Lays out a connection as its handshake has agreed.
  private static final class Agreed extends ApplicationProtocolNegotiationHandler {
    private final Seen seen;

    Agreed(Seen seen) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.seen = seen;
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        ctx.pipeline()
            .addLast(
                Http2FrameCodecBuilder.forServer().build(),
                new Http2MultiplexHandler(
                    new ChannelInitializer<>() {
                      @Override
                      protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new StreamBeginning(seen));
                      }
                    }));
      } else {
        ctx.pipeline().addLast(new HttpServerCodec(), new Answers(seen));
      }
    }

    /// A subject that hangs up in its handshake is no defect of the origin's.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }
  }
}
