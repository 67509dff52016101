package dev.ambit.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One connection of an agent, one request at a time. Confined to its loop.
final class Agent extends SimpleChannelInboundHandler<Object> implements Leg {
  private final Events events;
  private @Nullable Channel channel;
  private int status;
  private boolean over;

  /// What happens on a connection; called on its loop.
  interface Events {
    /// It may be asked now.
    void ready(Agent agent);

    /// A piece of an answer's body, or of what comes behind a switch to another protocol; still the
    /// connection's.
    default void piece(Agent agent, ByteBuf bytes) {}

    /// The answer is whole.
    void answered(Agent agent, int status);

    /// It broke; nothing more comes of it.
    void broken(Throwable cause);
  }

  private Agent(Events events) {
    this.events = events;
  }

  /// Opens a connection; [Events#ready] or [Events#broken] tells how that ended.
  static Agent open(EventLoop loop, Door door, SslContext tls, Events events) {
    var agent = new Agent(events);
    agent.channel =
        Dial.open(loop, door, tls, List.of(new HttpResponseDecoder(), agent), agent::fail);
    return agent;
  }

  /// Sends a request that was written before.
  void ask(byte[] request) {
    status = 0;
    if (channel != null) {
      var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(request));
    }
  }

  /// Reads nothing more.
  void pause() {
    if (channel != null) {
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public @Nullable Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    over = true;
    if (channel != null) {
      var _ = channel.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent shaken) {
      if (shaken.isSuccess()) {
        events.ready(this);
      } else {
        fail(shaken.cause());
      }
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      events.piece(this, bytes);
    }
    if (message instanceof HttpResponse head) {
      status = head.status().code();
    }
    if (message instanceof HttpContent content) {
      events.piece(this, content.content());
    }
    if (message instanceof LastHttpContent) {
      events.answered(this, status);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("connection: closed (expected: open)"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
    var _ = ctx.close();
  }

  private void fail(Throwable cause) {
    if (!over) {
      over = true;
      events.broken(cause);
    }
  }
}
