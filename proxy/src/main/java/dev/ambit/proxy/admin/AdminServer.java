package dev.ambit.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Health and metrics over HTTP on the pod's address: GET only, one request per connection. Nothing
/// here changes anything.
public final class AdminServer implements AutoCloseable {
  /// Connections at once; one more is closed as soon as it is accepted.
  static final int CONNECTIONS_MAX = 64;

  private static final int READ_SECONDS = 10;

  private final Health health;
  private final Supplier<String> scrape;
  private final Channel channel;
  private int connections;

  /// Binds; blocks until that is done.
  public AdminServer(
      EventLoopGroup loop,
      Class<? extends ServerChannel> type,
      InetSocketAddress address,
      Health health,
      Supplier<String> scrape)
      throws IOException {
    this.health = health;
    this.scrape = scrape;
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(type)
            .childHandler(new Accept())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("metrics: " + address + " cannot be bound", bound.cause());
    }
    this.channel = bound.channel();
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    var _ = channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  /// Lays out a connection, unless there are too many.
  private final class Accept extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel accepted) {
      if (connections >= CONNECTIONS_MAX) {
        var _ = accepted.close();
        return;
      }
      connections++;
      accepted.closeFuture().addListener(_ -> connections--);
      accepted
          .pipeline()
          .addLast(new ReadTimeoutHandler(READ_SECONDS))
          .addLast(new HttpServerCodec())
          .addLast(new Answer());
    }
  }

  /// Answers the first request of a connection and closes it.
  private final class Answer extends SimpleChannelInboundHandler<HttpObject> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
      if (message instanceof HttpRequest request) {
        context.channel().config().setAutoRead(false);
        context.writeAndFlush(answer(request)).addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }

  private DefaultFullHttpResponse answer(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return text(HttpResponseStatus.BAD_REQUEST, "malformed\n");
    }
    if (!request.method().equals(HttpMethod.GET)) {
      var refused = text(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET only\n");
      refused.headers().set(HttpHeaderNames.ALLOW, "GET");
      return refused;
    }
    return switch (request.uri()) {
      case "/livez" -> text(HttpResponseStatus.OK, "ok\n");
      case "/readyz" -> probe(health.notReady());
      case "/startupz" -> probe(health.notStarted());
      case "/metrics" -> {
        var page = text(HttpResponseStatus.OK, scrape.get());
        page.headers()
            .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        yield page;
      }
      default -> text(HttpResponseStatus.NOT_FOUND, "no such page\n");
    };
  }

  private static DefaultFullHttpResponse probe(Supplier<Optional<String>> objection) {
    return objection
        .get()
        .map(why -> text(HttpResponseStatus.SERVICE_UNAVAILABLE, why + "\n"))
        .orElseGet(() -> text(HttpResponseStatus.OK, "ok\n"));
  }

  private static DefaultFullHttpResponse text(HttpResponseStatus status, String body) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, "close");
    return response;
  }
}
