package dev.ambit.proxy.relay;

import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.transport.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One connection to an upstream, its certificate verified; serves one call at a time. Confined to
/// its loop.
final class Upstream extends ChannelInboundHandlerAdapter {
  private final PoolKey key;
  private final Channel channel;
  private final StrictResponseDecoder decoder;
  private final Deadline idleWait;
  private final ChannelFutureListener written = this::written;
  private final Runnable flusher = this::flushNow;
  private @Nullable RelayCall call;
  private @Nullable Runnable left;
  private boolean closedWell;
  private boolean used;
  private boolean flushing;

  Upstream(PoolKey key, Channel channel, StrictResponseDecoder decoder) {
    this.key = key;
    this.channel = channel;
    this.decoder = decoder;
    this.idleWait = new Deadline(channel.eventLoop());
  }

  PoolKey key() {
    return key;
  }

  /// Whether it has served a call before; then it may have been closed without our knowing.
  boolean used() {
    return used;
  }

  boolean active() {
    return channel.isActive();
  }

  ByteBufAllocator alloc() {
    return channel.alloc();
  }

  /// Gives the connection to a call until [#release].
  void serve(RelayCall next, boolean head) {
    idleWait.clear();
    left = null;
    call = next;
    decoder.expect(head);
  }

  /// Writes, for [#flush] to send; a failure is told to the call.
  void write(ByteBuf bytes) {
    channel.write(bytes).addListener(written);
  }

  void flush() {
    channel.flush();
  }

  /// Flushes at the end of this loop turn: what one read of the agent brought goes out at once.
  void flushSoon() {
    if (!flushing) {
      flushing = true;
      channel.eventLoop().execute(flusher);
    }
  }

  boolean writable() {
    return channel.isWritable();
  }

  void read() {
    var _ = channel.read();
  }

  /// Whether the upstream ended its side in a way that cannot be a cut: over TLS only its
  /// close_notify says so.
  boolean closedWell() {
    return closedWell || channel.pipeline().get(SslHandler.class) == null;
  }

  /// Bytes behind the answer: then nothing after it can be trusted.
  boolean clean() {
    return decoder.leftover() == 0;
  }

  void release() {
    call = null;
    used = true;
  }

  /// Waits in the pool; whatever comes now is unexpected and ends it.
  void idle(Duration wait, Runnable onLeft) {
    left = onLeft;
    idleWait.set(wait, this::close);
    read();
  }

  void close() {
    leave();
    var _ = channel.close();
  }

  /// Ends it at once: nothing that waits to be written is sent any more, not even TLS's farewell.
  void abort() {
    leave();
    Reset.now(channel);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    var serving = call;
    if (serving == null) {
      ReferenceCountUtil.release(msg);
      close();
    } else if (msg instanceof HttpResponse response) {
      serving.head(response);
      ReferenceCountUtil.release(msg);
    } else if (msg instanceof HttpContent content) {
      serving.content(content);
    } else {
      ReferenceCountUtil.release(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (call != null) {
      call.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (call != null) {
      call.upstreamWritable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (SslCloseCompletionEvent.SUCCESS.equals(event)) {
      closedWell = true;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    leave();
    if (call != null) {
      call.upstreamGone();
    }
  }

  /// A reset, or TLS that does not verify; the channel is of no more use.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    leave();
    if (call != null) {
      call.upstreamGone();
    }
    var _ = ctx.close();
  }

  private void flushNow() {
    flushing = false;
    channel.flush();
  }

  private void written(ChannelFuture write) {
    if (!write.isSuccess() && call != null) {
      call.sendFailed();
    }
  }

  private void leave() {
    idleWait.clear();
    var listener = left;
    left = null;
    if (listener != null) {
      listener.run();
    }
  }
}
