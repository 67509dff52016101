package dev.ambit.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// An agent with one connection of HTTP/2 that has so many requests under way at a time: whatever
/// is answered is asked again. As with [ClosedLoop] its durations are not to be quoted.
public final class StreamLoop implements Load {
  private final Connections connections;
  private final Ask ask;
  private final Http2Headers head;
  private final int count;
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private @Nullable Http2Agent agent;

  /// @param ask one without a body
  public StreamLoop(Loops loops, Door door, Ask ask, int count) {
    this.connections = new Connections(loops.agent(), door, ApplicationProtocolNames.HTTP_2);
    this.ask = ask;
    this.head = connections.head(ask);
    this.count = count;
  }

  @Override
  public void open() {
    connections.openHttp2(new Opening(), opened);
  }

  @Override
  public Tally run(Bound bound) {
    var ended =
        connections.onLoop(() -> {
          var next = new Run(connections.loop(), bound);
          if (agent != null) {
            for (var i = 0; i < count; i++) {
              new One(next, agent).ask();
            }
            agent.flush();
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

  /// Waits for the connection. What is under way when it breaks hears of it as [One].
  private final class Opening implements Http2Agent.Events {
    @Override
    public void ready(Http2Agent made) {
      agent = made;
      opened.complete(true);
    }

    @Override
    public void broken(Throwable cause) {
      agent = null;
      opened.completeExceptionally(cause);
    }
  }

  /// One of those that are under way at a time.
  private final class One implements Http2Agent.Answer {
    private final Run in;
    private final Http2Agent by;
    private long began;
    private int status;

    One(Run in, Http2Agent by) {
      this.in = in;
      this.by = by;
    }

    private void ask() {
      if (in.begin()) {
        status = 0;
        began = System.nanoTime();
        var _ = by.ask(head, true, this);
      }
    }

    @Override
    public void head(int now) {
      status = now;
    }

    @Override
    public void piece(ByteBuf bytes) {}

    @Override
    public void ended() {
      var took = System.nanoTime() - began;
      if (status == ask.expected()) {
        // First the next one: a run must not end between two of them.
        ask();
        in.done(1, took);
      } else {
        in.failed("status " + status);
      }
    }

    @Override
    public void broken(Throwable cause) {
      in.failed(cause.toString());
    }
  }
}
