package dev.ambit.bench.load;

import dev.ambit.bench.origin.Event;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Agents that each read an endless stream of events (SSE). A unit is an event; its duration runs
/// from when the origin wrote it to when it was read.
public final class EventStreams implements Load {
  private final Connections connections;
  private final byte[] request;
  private final int count;
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private int flowing;
  private @Nullable Tally tally;
  private @Nullable String broken;

  public EventStreams(Loops loops, Door door, Ask ask, int count) {
    this.connections = new Connections(loops.agent(), door);
    this.request = connections.written(ask);
    this.count = count;
  }

  @Override
  public void open() {
    connections.open(count, One::new, opened);
  }

  @Override
  public Tally run(Bound bound) {
    var ended =
        connections.onLoop(() -> {
          var now = new Tally();
          tally = now;
          var end = new CompletableFuture<Tally>();
          var _ =
              connections
                  .loop()
                  .schedule(
                      () -> {
                        tally = null;
                        if (broken != null) {
                          now.failed(broken);
                        }
                        return end.complete(now);
                      },
                      bound.time().toNanos(),
                      TimeUnit.NANOSECONDS);
          return end;
        });
    return Connections.await(ended, bound.time().toSeconds() + Connections.patience());
  }

  @Override
  public void close() {
    connections.close();
  }

  /// One stream. Events have one length, so the bytes that were read say where one begins.
  private final class One implements Agent.Events {
    private int within;
    private boolean flows;

    @Override
    public void ready(Agent agent) {
      agent.ask(request);
    }

    @Override
    public void piece(Agent agent, ByteBuf bytes) {
      if (!bytes.isReadable()) {
        return;
      }
      if (!flows) {
        flows = true;
        if (++flowing == count) {
          opened.complete(true);
        }
      }
      var into = tally;
      var at = bytes.readerIndex();
      var read = bytes.readableBytes();
      var first = within == 0 ? 0 : Event.BYTES - within;
      for (var event = first; event + Event.BYTES <= read; event += Event.BYTES) {
        if (into != null) {
          into.done(0, System.nanoTime() - Event.writtenAt(bytes, at + event));
        }
      }
      var whole = (within + read) / Event.BYTES;
      within = (within + read) % Event.BYTES;
      if (into != null) {
        into.count(whole);
      }
    }

    @Override
    public void answered(Agent agent, int status) {
      lost("a stream ended with status " + status);
    }

    @Override
    public void broken(Throwable cause) {
      lost(cause.toString());
    }

    private void lost(String why) {
      broken = why;
      opened.completeExceptionally(new java.io.IOException(why));
    }
  }
}
