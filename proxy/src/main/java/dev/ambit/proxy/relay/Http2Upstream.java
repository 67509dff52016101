package dev.ambit.proxy.relay;

import dev.ambit.proxy.http2.Http2Endpoint;
import dev.ambit.proxy.http2.Http2Setup;
import dev.ambit.proxy.http2.NeverIndexed;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.transport.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One HTTP/2 connection to an upstream, its certificate verified, shared by the calls of one key.
/// Confined to its loop.
final class Http2Upstream extends Http2Endpoint {
  private final PoolKey key;
  private final Limits limits;
  private final NeverIndexed neverIndexed;
  private final Consumer<Http2Upstream> left;
  private final Deadline idleWait;
  private final Deadline quietWait;
  private boolean used;
  private boolean leaving;
  private boolean heard;

  private Http2Upstream(
      PoolKey key,
      Limits limits,
      EventLoop loop,
      NeverIndexed neverIndexed,
      Consumer<Http2Upstream> left,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(limits.http2(), decoder, encoder, settings);
    this.key = key;
    this.limits = limits;
    this.neverIndexed = neverIndexed;
    this.left = left;
    this.idleWait = new Deadline(loop);
    this.quietWait = new Deadline(loop);
  }

  /// @param left told, perhaps more than once, when it takes no more calls
  static Http2Upstream of(
      PoolKey key, Limits limits, EventLoop loop, Consumer<Http2Upstream> left) {
    var neverIndexed = new NeverIndexed();
    return Http2Setup.client(
        limits,
        neverIndexed,
        (decoder, encoder, settings) ->
            new Http2Upstream(key, limits, loop, neverIndexed, left, decoder, encoder, settings));
  }

  PoolKey key() {
    return key;
  }

  NeverIndexed neverIndexed() {
    return neverIndexed;
  }

  boolean idle() {
    return streams() == 0;
  }

  /// A stream for one call, which sends at once; null when there is no room.
  @Nullable UpstreamLane open() {
    var local = connection().local();
    if (leaving
        || !ctx().channel().isActive()
        || streams() >= limits.http2().streams()
        || !local.canOpenStream()) {
      return null;
    }
    try {
      var stream = local.createStream(local.incrementAndGetNextStreamId(), false);
      var lane = attach(new UpstreamLane(this, stream, used));
      used = true;
      idleWait.clear();
      watch();
      return lane;
    } catch (Http2Exception _) {
      // Its identifiers are spent.
      leaving = true;
      return null;
    }
  }

  /// Whether the upstream said, going away, that it did nothing of this stream.
  boolean unprocessed(int streamId) {
    return connection().goAwayReceived() && streamId > connection().local().lastStreamKnownByPeer();
  }

  /// Ends it as soon as it serves nobody.
  void retire() {
    leaving = true;
    left.accept(this);
    if (idle()) {
      var _ = leave().addListener(ChannelFutureListener.CLOSE);
    }
  }

  /// Ends it at once: nothing that waits to be written is sent any more.
  void abort() {
    leaving = true;
    left.accept(this);
    Reset.now(ctx().channel());
  }

  @Override
  protected void emptied() {
    quietWait.clear();
    if (leaving) {
      retire();
    } else {
      idleWait.set(limits.pooledIdle(), this::retire);
    }
  }

  @Override
  protected void peerLeaves() {
    retire();
  }

  @Override
  protected void heard(ByteBuf bytes) {
    heard = true;
  }

  /// Push is off, so nothing opens a stream but we.
  @Override
  protected void opened(Http2Stream stream, Http2Headers head, boolean whole) {
    var _ = resetStream(ctx(), stream.id(), Http2Error.PROTOCOL_ERROR.code(), ctx().newPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    leaving = true;
    left.accept(this);
    super.channelInactive(ctx);
    idleWait.clear();
    quietWait.clear();
  }

  /// Asks an upstream that has calls under way and says nothing whether it lives.
  private void watch() {
    if (streams() == 1) {
      heard = false;
      quietWait.set(limits.http2().pingAfter(), this::ping);
    }
  }

  private void ping() {
    if (heard) {
      heard = false;
      quietWait.set(limits.http2().pingAfter(), this::ping);
      return;
    }
    var _ = encoder().writePing(ctx(), false, 0, ctx().newPromise());
    flushSoon();
    quietWait.set(limits.http2().pingWait(), this::pinged);
  }

  private void pinged() {
    if (heard) {
      ping();
    } else {
      abort();
    }
  }
}
