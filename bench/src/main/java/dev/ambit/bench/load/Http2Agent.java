package dev.ambit.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One connection of an agent by HTTP/2, many requests at a time. Confined to its loop.
final class Http2Agent extends Http2ChannelDuplexHandler implements Leg {
  private final Events events;
  private final IdentityHashMap<Http2FrameStream, Answer> under = new IdentityHashMap<>();
  private final List<Http2FrameStream> ended = new ArrayList<>();

  /// What could not be sent ends the connection: nothing would ever come for it.
  private final ChannelFutureListener unsent =
      sent -> {
        if (!sent.isSuccess()) {
          fail(sent.cause());
        }
      };

  private @Nullable Channel channel;
  private boolean ready;
  private boolean over;

  /// What happens on a connection; called on its loop.
  interface Events {
    /// It may be asked now.
    void ready(Http2Agent agent);

    /// It broke; nothing more comes of it.
    void broken(Throwable cause);
  }

  /// What comes for one request; called on the connection's loop.
  interface Answer {
    void head(int status);

    /// A piece of the body; still the connection's.
    void piece(ByteBuf bytes);

    /// It is whole.
    void ended();

    /// It broke off; nothing more comes of it.
    void broken(Throwable cause);
  }

  private Http2Agent(Events events) {
    this.events = events;
  }

  /// Opens a connection; [Events#ready] or [Events#broken] tells how that ended.
  static Http2Agent open(EventLoop loop, Door door, SslContext tls, Events events) {
    var agent = new Http2Agent(events);
    agent.channel = Dial.open(loop, door, tls, List.of(agent.new Shaking()), agent::fail);
    return agent;
  }

  /// Sends the head of a request.
  ///
  /// @param whole whether nothing follows it
  Http2FrameStream ask(Http2Headers head, boolean whole, Answer answer) {
    var stream = newStream();
    under.put(stream, answer);
    send(new DefaultHttp2HeadersFrame(head, whole).stream(stream));
    return stream;
  }

  /// Says more of a request; the bytes are given away.
  void say(Http2FrameStream stream, ByteBuf bytes) {
    send(new DefaultHttp2DataFrame(bytes).stream(stream));
  }

  private void send(Object frame) {
    if (channel != null) {
      var _ = channel.write(frame).addListener(unsent);
    }
  }

  /// Has what was sent leave; what is sent while answers are read leaves by itself behind them.
  void flush() {
    if (channel != null) {
      var _ = channel.flush();
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
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    switch (frame) {
      case Http2SettingsFrame _ -> {
        if (!ready) {
          ready = true;
          events.ready(this);
        }
      }
      case Http2HeadersFrame head -> head(head);
      case Http2DataFrame data -> {
        // Taken at once, so the window is given back at once.
        send(
            new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes())
                .stream(data.stream()));
        data(data);
        data.release();
      }
      case Http2ResetFrame reset -> {
        var answer = under.remove(reset.stream());
        if (answer != null) {
          answer.broken(new IOException("stream: reset with " + reset.errorCode()));
        }
      }
      case Http2GoAwayFrame away -> {
        fail(new IOException("connection: GOAWAY with " + away.errorCode()));
        away.release();
      }
      default -> ReferenceCountUtil.release(frame);
    }
  }

  private void head(Http2HeadersFrame head) {
    var answer = under.get(head.stream());
    var status = head.headers().status();
    if (answer == null) {
      return;
    }
    if (status != null) {
      answer.head(Integer.parseInt(status.toString()));
    }
    if (head.isEndStream()) {
      ended.add(head.stream());
    }
  }

  private void data(Http2DataFrame data) {
    var answer = under.get(data.stream());
    if (answer == null) {
      return;
    }
    answer.piece(data.content());
    if (data.isEndStream()) {
      ended.add(data.stream());
    }
  }

  /// Only now has the codec closed the streams that have ended, so that there is room for others.
  /// It flushes by itself behind this.
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    var closed = List.copyOf(ended);
    ended.clear();
    for (var stream : closed) {
      var answer = under.remove(stream);
      if (answer != null) {
        answer.ended();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("connection: closed (expected: open)"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2FrameStreamException broken) {
      var answer = under.remove(broken.stream());
      if (answer != null) {
        answer.broken(cause);
      }
    } else {
      fail(cause);
      var _ = ctx.close();
    }
  }

  private void fail(Throwable cause) {
    if (!over) {
      over = true;
      events.broken(cause);
      var broken = List.copyOf(under.values());
      under.clear();
      broken.forEach(answer -> answer.broken(cause));
    }
  }

  /// Stands in the agent's place until the handshake has agreed on HTTP/2.
  private final class Shaking extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent shaken) {
        var agreed = ctx.pipeline().get(SslHandler.class).applicationProtocol();
        if (!shaken.isSuccess()) {
          fail(shaken.cause());
        } else if (!ApplicationProtocolNames.HTTP_2.equals(agreed)) {
          fail(new IOException("protocol: " + agreed + " (expected: h2)"));
        } else {
          ctx.pipeline().addLast(Http2FrameCodecBuilder.forClient().build(), Http2Agent.this);
          ctx.pipeline().remove(this);
        }
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
  }
}
