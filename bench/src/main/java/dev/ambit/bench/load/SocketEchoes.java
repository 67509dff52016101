package dev.ambit.bench.load;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Agents that each hold a WebSocket open and say the next message as soon as the one before is
/// back. A unit is a message there and back.
public final class SocketEchoes implements Load {
  private static final int BYTES = 1_024;
  private static final byte[] SAID = said();

  /// What comes back is not masked.
  private static final int HEARD_BYTES = 4 + BYTES;

  private final Connections connections;
  private final Ask ask;
  private final byte[] opening;
  private final int count;
  private final List<One> ready = new ArrayList<>();
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private @Nullable Run run;

  public SocketEchoes(Loops loops, Door door, Ask ask, int count) {
    this.connections = new Connections(loops.agent(), door);
    this.ask = ask;
    this.opening = connections.written(ask);
    this.count = count;
  }

  /// One frame of a client (RFC 6455 5.2).
  private static byte[] said() {
    var frame = new byte[8 + BYTES];
    frame[0] = (byte) 0x82;
    frame[1] = (byte) (0x80 | 126);
    frame[2] = (byte) (BYTES >>> 8);
    frame[3] = (byte) BYTES;
    return frame;
  }

  @Override
  public void open() {
    connections.open(count, One::new, opened);
  }

  @Override
  public Tally run(Bound bound) {
    var ended =
        connections.onLoop(() -> {
          var next = new Run(connections.loop(), bound);
          run = next;
          List.copyOf(ready).forEach(one -> one.say(next));
          return next.ended();
        });
    return Connections.await(ended, bound.time().toSeconds() + Connections.patience());
  }

  @Override
  public void close() {
    connections.close();
  }

  /// The agent of one connection.
  private final class One implements Agent.Events {
    private @Nullable Agent agent;
    private long began;
    private int heard;
    private boolean waits;

    @Override
    public void ready(Agent made) {
      made.ask(opening);
    }

    @Override
    public void answered(Agent from, int status) {
      if (status != ask.expected()) {
        broken(new IOException("status " + status));
        return;
      }
      agent = from;
      ready.add(this);
      if (ready.size() == count) {
        opened.complete(true);
      }
    }

    private void say(Run in) {
      if (agent != null && in.begin()) {
        waits = true;
        heard = 0;
        began = System.nanoTime();
        agent.ask(SAID);
      }
    }

    @Override
    public void piece(Agent from, ByteBuf bytes) {
      heard += bytes.readableBytes();
      var in = run;
      if (in == null || !waits || heard < HEARD_BYTES) {
        return;
      }
      waits = false;
      var took = System.nanoTime() - began;
      if (heard > HEARD_BYTES) {
        in.failed("more came back than was said");
      } else {
        // First the next one: a run must not end between two of them.
        say(in);
        in.done(1, took);
      }
    }

    @Override
    public void broken(Throwable cause) {
      ready.remove(this);
      opened.completeExceptionally(cause);
      if (run != null && waits) {
        waits = false;
        run.failed(cause.toString());
      }
    }
  }
}
