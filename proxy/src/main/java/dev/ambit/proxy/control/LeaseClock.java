package dev.ambit.proxy.control;

import dev.ambit.proxy.model.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The lease, counted from the sending of the heartbeat that was answered (INV-14), and held no
/// longer than the proxy's own identity lasts: a stream that was opened with it may live on
/// (INV-15). The monotonic clock stands still while the machine is suspended, the wall clock does
/// not: a lease is over by whichever is further, and dropped when the wall clock runs ahead.
/// Written on the loop; [#held] is for any thread.
final class LeaseClock implements Lease {
  /// More than this between our wall clock and the control plane's, or a jump of it, and the proxy
  /// is not ready.
  static final Duration SKEW_MAX = Duration.ofSeconds(30);

  /// So far the wall clock may run ahead of the monotonic one between two looks. More is a
  /// suspended machine, or a clock that was set, which nobody can tell apart.
  static final Duration AHEAD_MAX = Duration.ofSeconds(2);

  /// Readings of two clocks belong together when they were taken within this time.
  private static final long PAIR_NANOS = 1_000_000;

  private static final int PAIR_TRIES = 4;

  static final Duration DURATION_MIN = Duration.ofSeconds(1);
  static final Duration DURATION_MAX = Duration.ofMinutes(5);

  /// Heartbeats that may wait for their answer; of more the oldest are forgotten.
  static final int UNANSWERED_MAX = 64;

  private final Supplier<Instant> identityEnds;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<Long, Sent> sent = new HashMap<>();
  private long newestAnswered;
  private @Nullable Sent newest;
  private boolean skewed;
  private volatile Term term;
  private volatile long lead;

  LeaseClock(Supplier<Instant> identityEnds, InstantSource clock, LongSupplier nanoTime) {
    this.identityEnds = identityEnds;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.term = new Term(false, nanoTime.getAsLong(), clock.instant());
    this.lead = lead();
  }

  @Override
  public boolean held() {
    var last = term;
    var now = clock.instant();
    return last.granted()
        && nanoTime.getAsLong() - last.deadlineNanos() < 0
        && now.isBefore(last.deadline())
        && now.isBefore(identityEnds.get())
        && !ahead();
  }

  /// Looks at the clocks. True when the wall clock ran ahead since the last look: then the lease is
  /// dropped, whatever the clocks say later, and only an answer to a heartbeat from now on brings
  /// it back.
  boolean jumped() {
    boolean ran = ahead();
    if (ran) {
      term = new Term(false, term.deadlineNanos(), term.deadline());
      restart();
    }
    lead = lead();
    return ran;
  }

  private boolean ahead() {
    return lead() - lead > AHEAD_MAX.toNanos();
  }

  /// By how much the wall clock is ahead of the monotonic one.
  private long lead() {
    for (int i = 1; ; i++) {
      var before = nanoTime.getAsLong();
      var wall = clock.instant();
      var after = nanoTime.getAsLong();
      if (after - before < PAIR_NANOS || i == PAIR_TRIES) {
        return TimeUnit.SECONDS.toNanos(wall.getEpochSecond()) + wall.getNano() - after;
      }
    }
  }

  /// What is left of it, zero when it is lost.
  Duration left() {
    if (!held()) {
      return Duration.ZERO;
    }
    var granted = Duration.ofNanos(term.deadlineNanos() - nanoTime.getAsLong());
    var identity = Duration.between(clock.instant(), identityEnds.get());
    return identity.compareTo(granted) < 0 ? identity : granted;
  }

  /// Whether the wall clock cannot be trusted.
  boolean skewed() {
    return skewed;
  }

  /// A stream begins: its heartbeats count from 1. The lease of the one before runs on.
  void restart() {
    sent.clear();
    newestAnswered = 0;
    newest = null;
  }

  /// Heartbeat `n` is about to be sent.
  void asked(long n) {
    sent.put(n, new Sent(nanoTime.getAsLong(), clock.instant()));
    sent.remove(n - UNANSWERED_MAX);
  }

  /// How long the oldest unanswered heartbeat has waited.
  Duration silence() {
    return sent.values().stream()
        .map(one -> Duration.ofNanos(nanoTime.getAsLong() - one.nanos()))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /// The answer to heartbeat `n`. False when it is none: to no heartbeat that waits, or out of
  /// bounds. The last answer may be given again to grant more, before a restart on purpose.
  boolean granted(long n, Duration duration, Instant theirs) {
    var again = n == newestAnswered;
    var asked = again ? newest : sent.get(n);
    if (asked == null
        || n < newestAnswered
        || (again && asked.nanos() + duration.toNanos() - term.deadlineNanos() <= 0)
        || duration.compareTo(DURATION_MIN) < 0
        || duration.compareTo(DURATION_MAX) > 0) {
      return false;
    }
    newestAnswered = n;
    newest = asked;
    sent.keySet().removeIf(older -> older <= n);
    var ours = clock.instant();
    var walked = Duration.between(asked.at(), ours);
    var ran = Duration.ofNanos(nanoTime.getAsLong() - asked.nanos());
    skewed =
        Duration.between(ours, theirs).abs().compareTo(SKEW_MAX) > 0
            || walked.minus(ran).abs().compareTo(SKEW_MAX) > 0;
    term = new Term(true, asked.nanos() + duration.toNanos(), asked.at().plus(duration));
    return true;
  }

  /// Until when, on both clocks.
  private record Term(boolean granted, long deadlineNanos, Instant deadline) {}

  /// When a heartbeat went.
  private record Sent(long nanos, Instant at) {}
}
