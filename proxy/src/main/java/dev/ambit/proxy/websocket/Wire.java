package dev.ambit.proxy.websocket;

import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.transport.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// One side of an open WebSocket: a connection on which frames go and nothing else; the last
/// handler of its pipeline. Confined to its loop.
public final class Wire extends ChannelInboundHandlerAdapter {
  private final Channel channel;
  private final Farewell farewell;
  private final Deadline farewellWait;
  private final Queue<ByteBuf> early = new ArrayDeque<>();
  private @Nullable Listener listener;
  private boolean over;

  public Wire(Channel channel, Farewell farewell) {
    this.channel = channel;
    this.farewell = farewell;
    this.farewellWait = new Deadline(channel.eventLoop());
  }

  /// How a connection of this leg is ended, so that the last bytes are read.
  public interface Farewell {
    void after(Channel channel, ChannelFuture lastWrite);
  }

  /// Told what becomes of it. Takes ownership of each piece.
  interface Listener {
    void piece(ByteBuf piece);

    /// What one read brought has been told.
    void readComplete();

    void writabilityChanged();

    void drain();

    void gone();
  }

  /// Says who is told, also of what came before.
  void start(Listener to) {
    listener = to;
    boolean some = !early.isEmpty();
    early.forEach(to::piece);
    early.clear();
    if (!channel.isActive()) {
      to.gone();
    } else if (some) {
      to.readComplete();
    }
  }

  EventLoop loop() {
    return channel.eventLoop();
  }

  void read() {
    var _ = channel.read();
  }

  /// Takes the piece.
  void write(ByteBuf piece) {
    var _ = channel.write(piece, channel.voidPromise());
  }

  void flush() {
    channel.flush();
  }

  boolean writable() {
    return channel.isWritable();
  }

  /// Writes the frame, if there is one, and ends the connection when it is out, or when that takes
  /// too long.
  void end(@Nullable ByteBuf frame, Duration wait) {
    leave();
    farewellWait.set(wait, () -> Reset.now(channel));
    var last = channel.writeAndFlush(frame == null ? Unpooled.EMPTY_BUFFER : frame);
    farewell.after(channel, last);
  }

  /// Ends the connection at once: nothing that waits to be written is sent any more.
  public void abort() {
    leave();
    Reset.now(channel);
  }

  private void leave() {
    over = true;
    listener = null;
  }

  /// The program is to end.
  public void drain() {
    if (listener != null) {
      listener.drain();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof ByteBuf piece) || over) {
      ReferenceCountUtil.release(msg);
    } else if (listener == null) {
      early.add(piece);
    } else {
      listener.piece(piece);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (listener != null) {
      listener.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (listener != null) {
      listener.writabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    farewellWait.clear();
    if (listener != null) {
      listener.gone();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    farewellWait.clear();
    early.forEach(ByteBuf::release);
    early.clear();
  }

  /// A reset, or TLS that is broken; the channel is of no more use.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
