package dev.ambit.e2e.agents;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// An upstream of WebSockets at `/feed`, over TLS and in the clear, by Netty, which would compress
/// them if it were offered: says back what it hears.
final class EchoSockets implements AutoCloseable {
  static final String PATH = "/feed";

  private static final int MESSAGE_MAX = 4 << 20;

  /// The fields of each opening that came, in the order of their names.
  final List<String> openings = new CopyOnWriteArrayList<>();

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel secured;
  private final Channel clear;
  private volatile @Nullable SslContext tls;

  /// Takes two ports of the address; over TLS nothing is served yet.
  EchoSockets(InetAddress address) {
    secured = bind(address, true);
    clear = bind(address, false);
  }

  int port() {
    return ((InetSocketAddress) secured.localAddress()).getPort();
  }

  /// Where it is spoken in the clear.
  int clearPort() {
    return ((InetSocketAddress) clear.localAddress()).getPort();
  }

  void serve(Path certificate, Path key) throws SSLException {
    tls = SslContextBuilder.forServer(certificate.toFile(), key.toFile()).build();
  }

  private Channel bind(InetAddress address, boolean secure) {
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                if (secure) {
                  channel
                      .pipeline()
                      .addLast(Objects.requireNonNull(tls).newHandler(channel.alloc()));
                }
                channel
                    .pipeline()
                    .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 16))
                    .addLast(new Noting())
                    .addLast(new WebSocketServerCompressionHandler(MESSAGE_MAX))
                    .addLast(new WebSocketServerProtocolHandler(PATH, null, true, MESSAGE_MAX))
                    .addLast(new WebSocketFrameAggregator(MESSAGE_MAX), new Echo());
              }
            })
        .bind(new InetSocketAddress(address, 0))
        .syncUninterruptibly()
        .channel();
  }

  @Override
  public void close() {
    loops.shutdownGracefully().syncUninterruptibly();
  }

  private final class Noting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof FullHttpRequest request) {
        openings.add(request.headers().toString());
      }
      ctx.fireChannelRead(message);
    }
  }

  private static final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
      var _ = ctx.writeAndFlush(frame.retain());
    }
  }
}
