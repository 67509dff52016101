package dev.ambit.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One bidirectional call of gRPC whose agent says the next message when the one before is back. A
/// unit is a message there and back. Nothing is ever kept waiting, so its durations may be quoted.
public final class RpcEchoes implements Load {
  private static final int PREFIX_BYTES = 5;
  private static final int BYTES = 123;

  /// A message with its prefix: not compressed, so many bytes.
  private static final byte[] SAID = said();

  private final Connections connections;
  private final Ask ask;
  private final Http2Headers head;
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private @Nullable Talk talk;

  public RpcEchoes(Loops loops, Door door, Ask ask) {
    this.connections = new Connections(loops.agent(), door, ApplicationProtocolNames.HTTP_2);
    this.ask = ask;
    this.head = connections.head(ask);
  }

  private static byte[] said() {
    var message = new byte[PREFIX_BYTES + BYTES];
    message[PREFIX_BYTES - 1] = BYTES;
    return message;
  }

  /// Until the first message is back.
  @Override
  public void open() {
    connections.openHttp2(new Opening(), opened);
  }

  @Override
  public Tally run(Bound bound) {
    var ended =
        connections.onLoop(() -> {
          var next = new Run(connections.loop(), bound);
          if (talk != null) {
            talk.say(next);
          }
          return next.ended();
        });
    return Connections.await(ended, bound.time().toSeconds() + Connections.patience());
  }

  @Override
  public Shown shown() {
    return connections.onLoop(connections::shown);
  }

  @Override
  public void close() {
    connections.close();
  }

  /// Makes the call on the connection. What breaks it later the call hears itself.
  private final class Opening implements Http2Agent.Events {
    @Override
    public void ready(Http2Agent agent) {
      new Talk(agent).begin();
    }

    @Override
    public void broken(Throwable cause) {
      opened.completeExceptionally(cause);
    }
  }

  /// The call.
  private final class Talk implements Http2Agent.Answer {
    private final Http2Agent agent;
    private @Nullable Http2FrameStream stream;
    private @Nullable Run run;
    private long began;
    private int heard;
    private boolean waits;

    Talk(Http2Agent agent) {
      this.agent = agent;
    }

    private void begin() {
      stream = agent.ask(head, false, this);
      say(stream);
    }

    private void say(Run in) {
      if (stream != null && in.begin()) {
        run = in;
        waits = true;
        began = System.nanoTime();
        say(stream);
      }
    }

    private void say(Http2FrameStream on) {
      heard = 0;
      agent.say(on, Unpooled.wrappedBuffer(SAID));
      agent.flush();
    }

    @Override
    public void head(int status) {
      if (status != ask.expected()) {
        broken(new IOException("status " + status));
      }
    }

    @Override
    public void piece(ByteBuf bytes) {
      heard += bytes.readableBytes();
      if (heard == SAID.length && !opened.isDone()) {
        talk = this;
        opened.complete(true);
      }
      var in = run;
      if (in == null || !waits || heard < SAID.length) {
        return;
      }
      waits = false;
      var took = System.nanoTime() - began;
      if (heard > SAID.length) {
        in.failed("more came back than was said");
      } else {
        // First the next one: a run must not end between two of them.
        say(in);
        in.done(1, took);
      }
    }

    @Override
    public void ended() {
      broken(new IOException("the call ended"));
    }

    @Override
    public void broken(Throwable cause) {
      talk = null;
      opened.completeExceptionally(cause);
      if (run != null && waits) {
        waits = false;
        run.failed(cause.toString());
      }
    }
  }
}
