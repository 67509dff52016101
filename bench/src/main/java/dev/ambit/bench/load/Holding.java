package dev.ambit.bench.load;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Agents that each hold one call for as long as they are let; who is answered asks again after a
/// pause, as clients do.
public final class Holding implements AutoCloseable {
  /// Agents that connect at a time.
  private static final int COMING_MAX = 16;

  private static final int PAUSE_MILLIS = 1_000;

  private final Connections connections;
  private final List<Door> doors;
  private final byte[] request;
  private final Manner manner;
  private final int count;
  private final CompletableFuture<Boolean> held = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
  private int coming;
  private int holding;
  private int lost;

  /// How a call is held.
  public enum Manner {
    /// Takes whatever comes of an answer that does not end.
    READING,
    /// Takes the beginning of a long answer and no more of it.
    STALLED,
    /// Waits for an answer that does not begin.
    WAITING
  }

  public Holding(Loops loops, Door door, Ask ask, Manner manner, int count) {
    this(loops, Collections.nCopies(count, door), ask, manner);
  }

  /// @param doors one for each call, all with the same roots and the same authority
  public Holding(Loops loops, List<Door> doors, Ask ask, Manner manner) {
    this.connections = new Connections(loops.agent(), doors.getFirst());
    this.doors = List.copyOf(doors);
    this.request = connections.written(ask);
    this.manner = manner;
    this.count = doors.size();
  }

  /// Opens them and waits until each holds its call.
  public Holding open() {
    connections
        .loop()
        .execute(() -> {
          for (var i = 0; i < Math.min(COMING_MAX, count); i++) {
            come();
          }
        });
    Connections.await(held, Connections.patience());
    return this;
  }

  private void come() {
    // Spread over as long again, so that they do not come back as one.
    connections.add(new One(PAUSE_MILLIS + PAUSE_MILLIS * coming / count), doors.get(coming));
    coming++;
  }

  /// Waits until every call was broken off.
  public void awaitEnd(Duration patience) {
    var _ = Connections.await(ended, Math.max(1, patience.toSeconds()));
  }

  @Override
  public void close() {
    connections.close();
  }

  /// The agent of one connection.
  private final class One implements Agent.Events {
    private final long pauseMillis;
    private boolean holds;

    private One(long pauseMillis) {
      this.pauseMillis = pauseMillis;
    }

    @Override
    public void ready(Agent agent) {
      agent.ask(request);
      if (manner == Manner.WAITING) {
        hold();
      }
    }

    @Override
    public void piece(Agent agent, ByteBuf bytes) {
      if (bytes.isReadable() && !holds) {
        hold();
        if (manner == Manner.STALLED) {
          agent.pause();
        }
      }
    }

    private void hold() {
      holds = true;
      if (++holding == count) {
        held.complete(true);
      } else if (coming < count) {
        come();
      }
    }

    @Override
    public void answered(Agent agent, int status) {
      if (holds) {
        var _ =
            connections
                .loop()
                .schedule(() -> agent.ask(request), pauseMillis, TimeUnit.MILLISECONDS);
      } else {
        broken(new Failure(ExitCode.REFUSED, "holding: status " + status + " (expected: 200)"));
      }
    }

    @Override
    public void broken(Throwable cause) {
      held.completeExceptionally(cause);
      if (++lost == count) {
        ended.complete(true);
      }
    }
  }
}
