package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.WebSocketOffer;
import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.transport.Reset;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 connection to an upstream, its certificate verified; serves one call at a time.
/// Confined to its loop.
final class Upstream extends ChannelInboundHandlerAdapter implements UpstreamStream {
  private static final String INVALID = "The upstream's answer is not valid HTTP.";

  private final PoolKey key;
  private final Channel channel;
  private final StrictResponseDecoder decoder;
  private final UpstreamPool pool;
  private final Deadline idleWait;
  private final ChannelFutureListener written = this::written;
  private final Runnable flusher = this::flushNow;
  private final Consumer<ByteBuf> writer = this::write;
  private @Nullable AnswerSink sink;
  private @Nullable Answer answer;
  private @Nullable WebSocketOffer offer;
  private @Nullable Answer opening;
  private @Nullable Runnable left;
  private boolean toHead;
  private boolean chunked;
  private boolean closedWell;
  private boolean used;
  private boolean flushing;

  Upstream(PoolKey key, Channel channel, StrictResponseDecoder decoder, UpstreamPool pool) {
    this.key = key;
    this.channel = channel;
    this.decoder = decoder;
    this.pool = pool;
    this.idleWait = new Deadline(channel.eventLoop());
  }

  PoolKey key() {
    return key;
  }

  boolean active() {
    return channel.isActive();
  }

  @Override
  public boolean used() {
    return used;
  }

  @Override
  public void send(Admitted admitted, boolean bodyFollows, boolean takesTrailers, AnswerSink to) {
    var permit = admitted.dispatch().route().reservation().approval().permit();
    idleWait.clear();
    left = null;
    sink = to;
    answer = null;
    offer = permit.bound().arrival().webSocket();
    toHead = permit.call().method().equals("HEAD");
    chunked = permit.body() instanceof Body.Chunked;
    decoder.expect(toHead);
    write(RequestHead.of(admitted, channel.alloc().buffer()));
    channel.flush();
  }

  @Override
  public void data(ByteBuf piece) {
    if (chunked) {
      Http1Text.chunk(channel.alloc(), piece, writer);
    } else {
      write(piece);
    }
    flushSoon();
  }

  @Override
  public void end() {
    if (chunked) {
      var last = channel.alloc().buffer(8);
      Http1Text.lastChunk(last);
      write(last);
    }
    channel.flush();
  }

  @Override
  public void flushSoon() {
    if (!flushing) {
      flushing = true;
      channel.eventLoop().execute(flusher);
    }
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void read() {
    var _ = channel.read();
  }

  @Override
  public void unused() {
    pool.put(this);
  }

  /// Back to the pool only when both messages are whole and nothing stands behind the answer. In a
  /// turn of its own, so that what the same read still brings is seen as unexpected.
  @Override
  public void done(boolean requestWhole, BooleanSupplier permitted) {
    var read = answer;
    boolean reusable =
        requestWhole
            && offer == null
            && read != null
            && read.keepAlive()
            && !read.untilClose()
            && clean()
            && active();
    release();
    if (!reusable) {
      close();
      return;
    }
    channel
        .eventLoop()
        .execute(() -> {
          if (active() && clean() && permitted.getAsBoolean()) {
            pool.put(this);
          } else {
            close();
          }
        });
  }

  /// Nothing that waits to be written is sent any more, not even TLS's farewell.
  @Override
  public void abort() {
    release();
    leave();
    Reset.now(channel);
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

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    var serving = sink;
    if (serving == null) {
      ReferenceCountUtil.release(msg);
      close();
    } else if (msg instanceof HttpResponse response) {
      head(serving, response);
      ReferenceCountUtil.release(msg);
    } else if (msg instanceof HttpContent content) {
      content(serving, content);
    } else {
      ReferenceCountUtil.release(msg);
    }
  }

  private void head(AnswerSink serving, HttpResponse response) {
    if (offer != null && answer == null && response.status().code() == Switch.STATUS) {
      opening = Switch.of(response, offer);
      if (opening == null) {
        serving.answerBroken("The upstream switches to another WebSocket than was asked for.");
      }
      return;
    }
    var read = answer == null ? Answer.of(response, toHead) : null;
    if (read == null) {
      serving.answerBroken(INVALID);
    } else {
      if (!read.interim()) {
        answer = read;
      }
      serving.answerHead(read);
    }
  }

  private void content(AnswerSink serving, HttpContent content) {
    var read = answer;
    boolean last = content instanceof LastHttpContent;
    if (opening != null) {
      content.release();
      open(serving, opening);
    } else if (read == null) {
      // The empty end of an interim answer, or what follows one that is no answer.
      content.release();
    } else if (content.decoderResult().isFailure()) {
      content.release();
      serving.answerBroken(INVALID);
    } else {
      serving.answerData(content.content());
      if (last && read.untilClose() && !endedWell()) {
        serving.answerBroken("The upstream broke off its answer.");
      } else if (last) {
        serving.answerEnd(List.of());
      }
    }
  }

  /// What comes behind the head of the answer are frames: the decoder hands on what it has of them.
  private void open(AnswerSink serving, Answer read) {
    release();
    var wire = new Wire(channel, (_, last) -> last.addListener(ChannelFutureListener.CLOSE));
    channel.pipeline().addLast(wire);
    channel.pipeline().remove(this);
    channel.pipeline().remove(decoder);
    serving.opened(read, wire);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (sink != null) {
      sink.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (sink != null) {
      sink.upstreamWritable();
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
    gone();
  }

  /// A reset, or TLS that does not verify; the channel is of no more use.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    gone();
    var _ = ctx.close();
  }

  private void gone() {
    leave();
    if (sink != null) {
      sink.upstreamGone(false);
    }
  }

  /// Writes, for a flush to send; a failure is told to the call.
  private void write(ByteBuf bytes) {
    channel.write(bytes).addListener(written);
  }

  private void flushNow() {
    flushing = false;
    channel.flush();
  }

  private void written(ChannelFuture write) {
    if (!write.isSuccess() && sink != null) {
      sink.sendFailed();
    }
  }

  /// Whether the upstream ended its side in a way that cannot be a cut: over TLS only its
  /// close_notify says so.
  private boolean endedWell() {
    return closedWell || channel.pipeline().get(SslHandler.class) == null;
  }

  /// No bytes behind the answer: else nothing after it can be trusted.
  private boolean clean() {
    return decoder.leftover() == 0;
  }

  private void release() {
    sink = null;
    used = true;
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
