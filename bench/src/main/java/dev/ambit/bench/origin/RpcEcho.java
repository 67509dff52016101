package dev.ambit.bench.origin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/// A call of gRPC whose service says each message back as it comes, and ends well when its caller
/// has nothing more to say.
final class RpcEcho extends ChannelInboundHandlerAdapter {
  private final Seen seen;

  RpcEcho(Seen seen) {
    this.seen = seen;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    switch (frame) {
      case Http2HeadersFrame head -> {
        seen.request(
            ctx.channel(),
            text(head.headers().path()),
            text(head.headers().authority()),
            text(head.headers().get(HttpHeaderNames.AUTHORIZATION)));
        var answer = new DefaultHttp2Headers().status("200");
        answer.set(HttpHeaderNames.CONTENT_TYPE, "application/grpc");
        send(ctx, answer, false);
        if (head.isEndStream()) {
          end(ctx);
        }
      }
      case Http2DataFrame data -> {
        if (data.isEndStream()) {
          data.release();
          end(ctx);
        } else {
          // It goes on as it is, and is released when it is sent.
          var _ = ctx.writeAndFlush(new DefaultHttp2DataFrame(data.content(), false));
        }
      }
      default -> ReferenceCountUtil.release(frame);
    }
  }

  private static void end(ChannelHandlerContext ctx) {
    var trailers = new DefaultHttp2Headers(false);
    trailers.set("grpc-status", "0");
    send(ctx, trailers, true);
  }

  private static void send(ChannelHandlerContext ctx, Http2Headers headers, boolean last) {
    var _ = ctx.writeAndFlush(new DefaultHttp2HeadersFrame(headers, last));
  }

  private static String text(@Nullable CharSequence value) {
    return value == null ? "" : value.toString();
  }
}
