package dev.ambit.bench.load;

import org.jspecify.annotations.Nullable;

/// Agents that make a connection of their own for every request, with a whole handshake, and close
/// it after the answer. The duration is that of all of it.
public final class FreshConnections implements Load {
  private final Connections connections;
  private final Ask ask;
  private final byte[] request;
  private final int count;
  private @Nullable Run run;

  public FreshConnections(Loops loops, Door door, Ask ask, int count) {
    this.connections = new Connections(loops.agent(), door);
    this.ask = ask;
    this.request = connections.written(ask);
    this.count = count;
  }

  @Override
  public void open() {}

  @Override
  public Tally run(Bound bound) {
    var ended =
        connections.onLoop(() -> {
          var next = new Run(connections.loop(), bound);
          run = next;
          for (var i = 0; i < count; i++) {
            next(next);
          }
          return next.ended();
        });
    return Connections.await(ended, bound.time().toSeconds() + Connections.patience());
  }

  @Override
  public void close() {
    connections.close();
  }

  private void next(Run in) {
    if (in.begin()) {
      connections.add(new One(in));
    }
  }

  /// One connection with its one request.
  private final class One implements Agent.Events {
    private final Run in;
    private final long began = System.nanoTime();
    private boolean over;

    One(Run in) {
      this.in = in;
    }

    @Override
    public void ready(Agent agent) {
      agent.ask(request);
    }

    @Override
    public void answered(Agent agent, int status) {
      if (over) {
        return;
      }
      over = true;
      connections.drop(agent);
      next(in);
      if (status == ask.expected()) {
        in.done(1, System.nanoTime() - began);
      } else {
        in.failed("status " + status);
      }
    }

    @Override
    public void broken(Throwable cause) {
      if (!over) {
        over = true;
        in.failed(cause.toString());
      }
    }
  }
}
