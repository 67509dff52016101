package dev.ambit.bench.origin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One connection of the origin by HTTP/1.1, or one stream by HTTP/2. What a path begins with
/// behind its kind says what is answered: `items` 1 KiB, `upload` as much as 16 KiB, `events` an
/// endless stream, so many in a second, `bulk` so many bytes, `socket` a WebSocket that says back
/// what it hears, `late` so many milliseconds later, `stall` the whole server stands still for so
/// many first.
final class Answers extends SimpleChannelInboundHandler<HttpObject> {
  private static final int ITEM_BYTES = 1_024;
  private static final int UPLOAD_BYTES = 16 * 1_024;
  private static final int PIECE_BYTES = 64 * 1_024;
  private static final byte[] PIECE = "x".repeat(PIECE_BYTES).getBytes(US_ASCII);

  private final Seen seen;
  private String path = "";
  private @Nullable HttpRequest asked;
  private long bulkLeft;
  private @Nullable ScheduledFuture<?> events;

  Answers(Seen seen) {
    this.seen = seen;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpRequest request) {
      path = request.uri();
      asked = request;
      seen.request(
          ctx.channel(),
          path,
          request.headers().get(HttpHeaderNames.HOST, ""),
          request.headers().get(HttpHeaderNames.AUTHORIZATION, ""));
    }
    if (message instanceof LastHttpContent) {
      answer(ctx);
    }
  }

  private void answer(ChannelHandlerContext ctx) {
    // /v1/rNN/kind/argument
    var parts = path.split("/", -1);
    var kind = parts.length > 3 ? parts[3] : "";
    var argument = parts.length > 4 ? parts[4] : "";
    switch (kind) {
      case "upload" -> whole(ctx, UPLOAD_BYTES);
      case "events" -> stream(ctx, Integer.parseInt(argument));
      case "socket" -> Echo.open(ctx, Objects.requireNonNull(asked));
      case "bulk" -> bulk(ctx, Long.parseLong(argument));
      case "late" -> {
        var _ =
            ctx.executor()
                .schedule(
                    () -> whole(ctx, ITEM_BYTES), Long.parseLong(argument), TimeUnit.MILLISECONDS);
      }
      case "stall" -> {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(argument)));
        whole(ctx, ITEM_BYTES);
      }
      default -> whole(ctx, ITEM_BYTES);
    }
  }

  private static void whole(ChannelHandlerContext ctx, int bytes) {
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, piece(bytes));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, bytes);
    var _ = ctx.writeAndFlush(response, ctx.voidPromise());
  }

  private void stream(ChannelHandlerContext ctx, int perSecond) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    var _ = ctx.writeAndFlush(head, ctx.voidPromise());
    var every = TimeUnit.SECONDS.toNanos(1) / perSecond;
    events =
        ctx.executor().scheduleAtFixedRate(() -> event(ctx), every, every, TimeUnit.NANOSECONDS);
  }

  private static void event(ChannelHandlerContext ctx) {
    var event = new DefaultHttpContent(Unpooled.wrappedBuffer(Event.at(System.nanoTime())));
    var _ = ctx.writeAndFlush(event, ctx.voidPromise());
  }

  private void bulk(ChannelHandlerContext ctx, long bytes) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
        .set(HttpHeaderNames.CONTENT_LENGTH, bytes);
    var _ = ctx.write(head, ctx.voidPromise());
    bulkLeft = bytes;
    more(ctx);
  }

  private void more(ChannelHandlerContext ctx) {
    while (bulkLeft > 0 && ctx.channel().isWritable()) {
      var bytes = (int) Math.min(bulkLeft, PIECE_BYTES);
      bulkLeft -= bytes;
      var _ = ctx.write(new DefaultHttpContent(piece(bytes)), ctx.voidPromise());
      if (bulkLeft == 0) {
        var _ = ctx.write(LastHttpContent.EMPTY_LAST_CONTENT, ctx.voidPromise());
      }
    }
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (bulkLeft > 0) {
      more(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (events != null) {
      events.cancel(false);
    }
  }

  /// A subject that closes or resets is no defect of the origin's.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }

  private static ByteBuf piece(int bytes) {
    return Unpooled.wrappedBuffer(PIECE, 0, bytes);
  }
}
