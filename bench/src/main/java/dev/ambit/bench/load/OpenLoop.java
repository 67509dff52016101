package dev.ambit.bench.load;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Requests at a fixed rate, whether or not earlier ones have been answered: one for which no
/// connection is free waits, and its duration counts from when it was meant to be sent.
public final class OpenLoop implements Load {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Connections connections;
  private final Ask ask;
  private final byte[] request;
  private final long interval;
  private final int count;
  private final ArrayDeque<One> free = new ArrayDeque<>();
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private @Nullable Run run;
  private long intended;

  public OpenLoop(Loops loops, Door door, Ask ask, int perSecond, int count) {
    this.connections = new Connections(loops.agent(), door);
    this.ask = ask;
    this.request = connections.written(ask);
    this.interval = NANOS / perSecond;
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
          var next = new Run(connections.loop(), bound);
          run = next;
          intended = System.nanoTime();
          tick(next);
          return next.ended();
        });
    return Connections.await(ended, bound.time().toSeconds() + Connections.patience());
  }

  @Override
  public void close() {
    connections.close();
  }

  /// Sends what is due, and comes back when the next is.
  private void tick(Run in) {
    var now = System.nanoTime();
    while (intended - now <= 0) {
      if (!in.begin()) {
        return;
      }
      waiting.add(intended);
      intended += interval;
    }
    send(in);
    var _ = connections.loop().schedule(() -> tick(in), intended - now, TimeUnit.NANOSECONDS);
  }

  private void send(Run in) {
    while (!waiting.isEmpty() && !free.isEmpty()) {
      free.remove().ask(in, waiting.remove());
    }
  }

  /// The agent of one connection.
  private final class One implements Agent.Events {
    private @Nullable Agent agent;
    private @Nullable Run in;
    private long meant;

    @Override
    public void ready(Agent made) {
      agent = made;
      free.add(this);
      if (free.size() == count) {
        opened.complete(true);
      }
    }

    private void ask(Run inRun, long meantAt) {
      if (agent != null) {
        in = inRun;
        meant = meantAt;
        agent.ask(request);
      }
    }

    @Override
    public void answered(Agent from, int status) {
      var served = in;
      in = null;
      if (served == null) {
        return;
      }
      free.add(this);
      if (status == ask.expected()) {
        served.done(1, System.nanoTime() - meant);
      } else {
        served.failed("status " + status);
      }
      send(served);
    }

    @Override
    public void broken(Throwable cause) {
      free.remove(this);
      opened.completeExceptionally(cause);
      if (in != null) {
        in.failed(cause.toString());
        in = null;
      }
    }
  }
}
