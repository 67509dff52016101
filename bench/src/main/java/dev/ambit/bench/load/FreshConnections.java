package dev.ambit.bench.load;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Agents that make a connection of their own for every request, with a whole handshake, and close
/// it after the answer. The duration is that of all of it, and may be quoted where they come one by
/// one.
public final class FreshConnections implements Load {
  private final Connections connections;
  private final Supplier<Door> doors;
  private final Ask ask;
  private final int count;
  private @Nullable Run run;

  /// @param count at a time
  public FreshConnections(Loops loops, Door door, Ask ask, int count) {
    this(loops, door, () -> door, ask, count);
  }

  /// @param doors one for each connection, all with the roots of the first
  private FreshConnections(Loops loops, Door door, Supplier<Door> doors, Ask ask, int count) {
    this.connections = new Connections(loops.agent(), door);
    this.doors = doors;
    this.ask = ask;
    this.count = count;
  }

  /// One agent that calls another host each time.
  public static FreshConnections of(Loops loops, Door door, Supplier<String> hosts, Ask ask) {
    return new FreshConnections(loops, door, () -> door.at(hosts.get()), ask, 1);
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
      var door = doors.get();
      connections.add(new One(in, door), door);
    }
  }

  /// One connection with its one request.
  private final class One implements Agent.Events {
    private final Run in;
    private final Door door;
    private final long began = System.nanoTime();
    private boolean over;

    One(Run in, Door door) {
      this.in = in;
      this.door = door;
    }

    @Override
    public void ready(Agent agent) {
      agent.ask(ask.written(door));
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
