package dev.ambit.bench.origin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;

/// A connection of the origin that has become a WebSocket: says back what it hears.
final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
  private static final int FRAME_MAX = 64 * 1_024;

  /// Agrees to what was asked for.
  static void open(ChannelHandlerContext ctx, HttpRequest request) {
    var whole =
        new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            Unpooled.EMPTY_BUFFER,
            request.headers(),
            new DefaultHttpHeaders());
    ctx.pipeline().addLast(new Echo());
    var handshaker =
        new WebSocketServerHandshakerFactory(request.uri(), null, false, FRAME_MAX)
            .newHandshaker(whole);
    var _ = handshaker.handshake(ctx.channel(), whole);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
    var _ = ctx.writeAndFlush(frame.retain(), ctx.voidPromise());
  }
}
