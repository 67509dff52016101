package dev.ambit.bench.load;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One run of a load on its loop: what is still to be begun, what is under way, and the tally. Ends
/// once nothing may begin any more and nothing is under way. Confined to the loop.
final class Run {
  private final CompletableFuture<Tally> ended = new CompletableFuture<>();
  private final Tally tally = new Tally();
  private final ScheduledFuture<?> timer;
  private long left;
  private int underWay;
  private boolean stopped;

  Run(EventLoop loop, Bound bound) {
    this.left = bound.units();
    this.timer = loop.schedule(this::stop, bound.time().toNanos(), TimeUnit.NANOSECONDS);
  }

  CompletableFuture<Tally> ended() {
    return ended;
  }

  Tally tally() {
    return tally;
  }

  /// Whether one more may begin; then it is under way.
  boolean begin() {
    if (stopped || left <= 0) {
      endIfOver();
      return false;
    }
    left--;
    underWay++;
    return true;
  }

  /// Whether nothing may begin any more.
  boolean over() {
    return stopped || left <= 0;
  }

  void done(long units, long nanos) {
    underWay--;
    tally.done(units, nanos);
    endIfOver();
  }

  /// One failure spoils the whole run: nothing more begins.
  void failed(String why) {
    underWay--;
    tally.failed(why);
    stopped = true;
    endIfOver();
  }

  private void stop() {
    stopped = true;
    endIfOver();
  }

  private void endIfOver() {
    if (over() && underWay == 0) {
      timer.cancel(false);
      ended.complete(tally);
    }
  }
}
