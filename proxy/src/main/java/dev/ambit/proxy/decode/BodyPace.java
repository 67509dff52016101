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
  private final Limits limits;
  private final LongSupplier nanoTime;
  private final Deadline wait;
  private long waitedNanos;
  private long sinceNanos;
  private long bytes;
  private boolean waiting;

  BodyPace(EventLoop loop, Limits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.wait = new Deadline(loop);
  }

  /// More was asked for.
  void await(Runnable tooSlow) {
    if (!waiting) {
      waiting = true;
      sinceNanos = nanoTime.getAsLong();
      wait.set(limits.bodyIdle().minus(Duration.ofNanos(waitedNanos)), tooSlow);
    }
  }

  /// A piece came.
  void came(int pieceBytes) {
    stop();
    bytes += pieceBytes;
    if (bytes >= limits.bodyIdleBytes()) {
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
