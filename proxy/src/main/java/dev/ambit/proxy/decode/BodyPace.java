package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Deadline;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Sees to it that a request body keeps coming: at least [Limits#bodyIdleBytes] in each
/// [Limits#bodyIdle] of waiting (A091). Only waiting counts, not the time in which nobody asked for
/// more. Confined to its loop.
final class BodyPace {
  private final Duration idle;
  private final int idleBytes;
  private final LongSupplier nanoTime;
  private final Deadline wait;
  private long waitedNanos;
  private long sinceNanos;
  private long bytes;
  private boolean waiting;

  BodyPace(EventLoop loop, Limits limits, LongSupplier nanoTime) {
    this(loop, limits.bodyIdle(), limits.bodyIdleBytes(), nanoTime);
  }

  private BodyPace(EventLoop loop, Duration idle, int idleBytes, LongSupplier nanoTime) {
    this.idle = idle;
    this.idleBytes = idleBytes;
    this.nanoTime = nanoTime;
    this.wait = new Deadline(loop);
  }

  /// Of a call whose body is a stream of messages: it may stand still as long as any stream.
  static BodyPace ofStream(EventLoop loop, Limits limits, LongSupplier nanoTime) {
    return new BodyPace(loop, limits.streamIdle(), 1, nanoTime);
  }

  /// More was asked for.
  void await(Runnable tooSlow) {
    if (!waiting) {
      waiting = true;
      sinceNanos = nanoTime.getAsLong();
      wait.set(idle.minus(Duration.ofNanos(waitedNanos)), tooSlow);
    }
  }

  /// A piece came.
  void came(int pieceBytes) {
    stop();
    bytes += pieceBytes;
    if (bytes >= idleBytes) {
      bytes = 0;
      waitedNanos = 0;
    }
  }

  void stop() {
    if (waiting) {
      waiting = false;
      wait.clear();
      waitedNanos += nanoTime.getAsLong() - sinceNanos;
    }
  }
}
