package dev.ambit.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Agents that ask again as soon as they are answered, each on one connection. Good for processor
/// time; its durations hide what a slow answer keeps from being asked.
public final class ClosedLoop implements Load {
  private final Connections connections;
  private final Ask ask;
  private final byte[] request;
  private final int count;
  private final long unitsEach;
  private final List<One> ready = new ArrayList<>();
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private @Nullable Run run;

  /// @param unitsEach what an answer counts for
  public ClosedLoop(Loops loops, Door door, Ask ask, int count, long unitsEach) {
    this.connections = new Connections(loops.agent(), door);
    this.ask = ask;
    this.request = connections.written(ask);
    this.count = count;
    this.unitsEach = unitsEach;
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
          List.copyOf(ready).forEach(one -> one.ask(next));
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

  /// The agent of one connection.
  private final class One implements Agent.Events {
    private @Nullable Agent agent;
    private long began;
    private boolean waits;

    @Override
    public void ready(Agent made) {
      agent = made;
      ready.add(this);
      if (ready.size() == count) {
        opened.complete(true);
      }
    }

    private void ask(Run in) {
      if (agent != null && in.begin()) {
        waits = true;
        began = System.nanoTime();
        agent.ask(request);
      }
    }

    @Override
    public void answered(Agent from, int status) {
      var in = run;
      if (in == null || !waits) {
        return;
      }
      waits = false;
      var took = System.nanoTime() - began;
      if (status == ask.expected()) {
        // First the next one: a run must not end between two of them.
        ask(in);
        in.done(unitsEach, took);
      } else {
        in.failed("status " + status);
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
