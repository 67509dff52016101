package dev.ambit.proxy.decode;

import dev.ambit.envelope.Call;
import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.respond.Reply;
import dev.ambit.proxy.transport.Reset;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The agent's side of a connection of which nothing is read: one call, which is judged before a
/// byte of it goes on, and lasts as long as the connection. Confined to its loop.
final class OpaqueAgent extends ChannelInboundHandlerAdapter implements Answering {
  private final Decoding decoding;
  private final Entry.Opaque entry;

  /// What was read before the connection was judged.
  private final Queue<ByteBuf> early = new ArrayDeque<>();

  private @Nullable ChannelHandlerContext context;
  private @Nullable BodySink sink;
  private Runnable goneListener = () -> {};
  private Runnable writableListener = () -> {};
  private boolean placeTaken;
  private boolean inputEnded;
  private boolean opened;
  private boolean over;
  private int status;

  OpaqueAgent(Decoding decoding, Entry.Opaque entry) {
    this.decoding = decoding;
    this.entry = entry;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    halfClosure(true);
    var id = decoding.ids().get();
    placeTaken = decoding.opaquePlaces().take();
    if (placeTaken) {
      Carrying.carry(decoding, arrival(id), this);
    } else {
      noPlace(id);
    }
  }

  private Arrival arrival(CallId id) {
    return new Arrival(
        id,
        decoding.nanoTime().getAsLong(),
        Call.opaque(entry.authority()),
        entry.handles(),
        entry.connection(),
        List.of(),
        new Body.None(),
        List.of());
  }

  private void noPlace(CallId id) {
    var denial =
        new Denial(
            Reason.LIMIT_EXCEEDED,
            decoding.sessions().owner(entry.handles(), entry.connection()),
            "",
            "As many opaque connections are open as may be.",
            1);
    answer(Reply.to(id, denial));
    decoding.log().refused(id, Optional.of(entry.authority()), Call.OPAQUE, denial, status);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (over || !(msg instanceof ByteBuf piece)) {
      ReferenceCountUtil.release(msg);
    } else if (sink == null) {
      early.add(piece);
    } else {
      sink.data(piece);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      if (sink != null && !over) {
        sink.end(false);
      }
    }
    // What is drained may go on until it ends, as a call may.
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    writableListener.run();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over = true;
    forget();
    goneListener.run();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
    if (placeTaken) {
      placeTaken = false;
      decoding.opaquePlaces().give();
    }
  }

  /// The agent has reset it: gone.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }

  @Override
  public EventLoop loop() {
    return ctx().channel().eventLoop();
  }

  @Override
  public boolean takesTrailers() {
    return false;
  }

  @Override
  public CompletionStage<Outcome<byte[]>> whole(int bytesMax) {
    throw new IllegalStateException("body: of an opaque connection (expected: nobody asks)");
  }

  @Override
  public void requestBody(BodySink to) {
    sink = to;
    for (var piece = early.poll(); piece != null; piece = early.poll()) {
      to.data(piece);
    }
    if (inputEnded) {
      to.end(false);
    }
  }

  @Override
  public void requestMore() {
    if (!over && !inputEnded) {
      ctx().read();
    }
  }

  @Override
  public boolean started() {
    return opened;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public Wire open(List<Field> fields) {
    throw new IllegalStateException("opaque: no WebSocket is asked for where nothing is read");
  }

  @Override
  public void head(int code, List<Field> fields, long bodyBytes) {
    opened = true;
    status = entry.greeting().opened(ctx().channel());
  }

  @Override
  public void data(ByteBuf piece) {
    if (over) {
      piece.release();
    } else {
      var _ = ctx().write(piece, ctx().voidPromise());
    }
  }

  @Override
  public void flush() {
    ctx().flush();
  }

  /// The upstream says no more; the agent may.
  @Override
  public void end(List<Field> trailers) {
    var channel = ctx().channel();
    var _ =
        ctx()
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(_ -> {
              var _ = ((DuplexChannel) channel).shutdownOutput();
            });
  }

  @Override
  public void cut() {
    if (!over) {
      over = true;
      Reset.now(ctx().channel());
    }
  }

  @Override
  public boolean writable() {
    return ctx().channel().isWritable();
  }

  @Override
  public void onWritable(Runnable listener) {
    writableListener = listener;
  }

  @Override
  public void onGone(Runnable listener) {
    goneListener = listener;
    if (over) {
      listener.run();
    }
  }

  @Override
  public void answer(Reply reply) {
    if (!over) {
      over = true;
      forget();
      halfClosure(false);
      status = entry.greeting().refused(ctx().channel(), reply, decoding.limits());
    }
  }

  /// Both sides have said their last: what is still to be written goes out, then it is closed.
  @Override
  public void settle() {
    if (!over) {
      over = true;
      var _ = ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /// Whether the agent may go on listening after its last word. Not when it is refused: who hangs
  /// up then has heard enough.
  private void halfClosure(boolean allowed) {
    var _ = ctx().channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, allowed);
  }

  private void forget() {
    early.forEach(ReferenceCountUtil::release);
    early.clear();
  }

  private ChannelHandlerContext ctx() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }
}
