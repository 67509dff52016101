package dev.ambit.proxy.http2;

import dev.ambit.proxy.model.Http2Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One end of an HTTP/2 connection; each of its streams is a [Lane]. It is read all the time, for
/// control frames must come through: what holds a peer back are the windows. Confined to its loop.
public abstract class Http2Endpoint extends Http2ConnectionHandler {
  private final Http2Limits limits;
  private final Http2Connection.PropertyKey key;
  private final Set<Lane> touched = new LinkedHashSet<>();
  private @Nullable ChannelHandlerContext context;
  private boolean flushAsked;

  protected Http2Endpoint(
      Http2Limits limits,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings, true);
    this.limits = limits;
    this.key = decoder.connection().newKey();
  }

  /// A peer opened a stream. An end that opens them itself is never asked.
  ///
  /// @param whole whether nothing follows the head
  protected abstract void opened(Http2Stream stream, Http2Headers head, boolean whole);

  /// No stream is left.
  protected abstract void emptied();

  /// The peer takes no more streams.
  protected void peerLeaves() {}

  /// Bytes came, and are decoded next.
  protected void heard(ByteBuf bytes) {}

  protected final ChannelHandlerContext ctx() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }

  protected final EventLoop loop() {
    return ctx().channel().eventLoop();
  }

  protected final int streams() {
    return connection().numActiveStreams();
  }

  /// Tells the peer that no more streams are taken, and lets those that run go on.
  protected final ChannelFuture leave() {
    var said =
        goAway(
            ctx(),
            connection().remote().lastStreamCreated(),
            Http2Error.NO_ERROR.code(),
            Unpooled.EMPTY_BUFFER,
            ctx().newPromise());
    flush(ctx());
    return said;
  }

  /// Sends at the end of this loop turn what waits to be sent.
  protected final void flushSoon() {
    if (!flushAsked) {
      flushAsked = true;
      loop()
          .execute(() -> {
            flushAsked = false;
            flush(ctx());
          });
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    listen();
    super.handlerAdded(ctx);
    var whole = connection().connectionStream();
    var flow = decoder().flowController();
    flow.incrementWindowSize(whole, limits.connectionWindow() - flow.windowSize(whole));
    flushSoon();
  }

  private void listen() {
    decoder().frameListener(new Frames());
    connection().addListener(new Streams());
    encoder()
        .flowController()
        .listener(stream -> {
          var lane = lane(stream);
          if (lane != null) {
            lane.writabilityChanged();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
    if (msg instanceof ByteBuf bytes) {
      heard(bytes);
    }
    super.channelRead(ctx, msg);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (!touched.isEmpty()) {
      var told = new ArrayList<>(touched);
      touched.clear();
      told.forEach(Lane::readComplete);
    }
    super.channelReadComplete(ctx);
  }

  /// The flow controller tells of a stream only what differs from what it told last; a channel that
  /// was full for a moment in between may have been seen by who asked at that moment.
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    super.channelWritabilityChanged(ctx);
    connection()
        .forEachActiveStream(stream -> {
          var lane = lane(stream);
          if (lane != null) {
            lane.writabilityChanged();
          }
          return true;
        });
  }

  /// Resets, failed handshakes and the like: nothing to answer any more.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof Http2Exception) {
      super.exceptionCaught(ctx, cause);
    } else {
      var _ = ctx.close();
    }
  }

  /// From now on the lane hears what happens on its stream.
  protected final <L extends Lane> L attach(L lane) {
    lane.stream().setProperty(key, lane);
    return lane;
  }

  final void touch(Lane lane) {
    touched.add(lane);
  }

  /// What the stream carries; null for one that was refused.
  protected final @Nullable Lane lane(Http2Stream stream) {
    return stream.getProperty(key);
  }

  private @Nullable Lane lane(int streamId) {
    var stream = connection().stream(streamId);
    return stream == null ? null : lane(stream);
  }

  /// What comes, told to its lane.
  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end) {
      var stream = connection().stream(streamId);
      var lane = lane(stream);
      if (lane == null) {
        opened(stream, headers, end);
      } else {
        lane.headersCame(headers, end);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
      var lane = lane(streamId);
      return lane == null ? data.readableBytes() + padding : lane.dataCame(data, padding, end);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long code) {
      var lane = lane(streamId);
      if (lane != null) {
        lane.resetCame(code);
      }
    }
  }

  /// The streams' ends. A lane whose stream came to its end in this read is told that the read is
  /// complete all the same: what it holds is still to be asked for.
  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      Lane lane = stream.removeProperty(key);
      if (lane != null) {
        lane.close();
      }
      if (streams() == 0) {
        emptied();
      }
    }

    @Override
    public void onGoAwayReceived(int lastStreamId, long code, ByteBuf debugData) {
      peerLeaves();
    }
  }
}
