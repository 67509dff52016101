package dev.ambit.bench.origin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;

/// One stream of the origin until its head says what it is: gRPC, or a call that is answered as by
/// HTTP/1.1.
final class StreamBeginning extends SimpleChannelInboundHandler<Http2HeadersFrame> {
  private static final String GRPC = "application/grpc";

  private final Seen seen;

  StreamBeginning(Seen seen) {
    super(false);
    this.seen = seen;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Http2HeadersFrame head) {
    var type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
    if (type != null && GRPC.contentEquals(type)) {
      ctx.pipeline().addLast(new RpcEcho(seen));
    } else {
      ctx.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true), new Answers(seen));
    }
    ctx.fireChannelRead(head);
    ctx.pipeline().remove(this);
  }
}
