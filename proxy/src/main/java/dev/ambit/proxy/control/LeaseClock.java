package dev.ambit.proxy.control;

import dev.ambit.proxy.model.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The lease, counted from the sending of the heartbeat that was answered (INV-14), and held no
/// longer than the proxy's own identity lasts: a stream that was opened with it may live on
/// (INV-15). Written on the loop; [#held] is for any thread.
final class LeaseClock implements Lease {
  /// More than this between our wall clock and the control plane's, or a jump of it, and the proxy
  /// is not ready.
  static final Duration SKEW_MAX = Duration.ofSeconds(30);

  static final Duration DURATION_MIN = Duration.ofSeconds(1);
  static final Duration DURATION_MAX = Duration.ofMinutes(5);

  /// Heartbeats that may wait for their answer; of more the oldest are forgotten.
  static final int UNANSWERED_MAX = 64;

  private final Supplier<Instant> identityEnds;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<Long, Sent> sent = new HashMap<>();
  private long newestAnswered;
  private boolean skewed;
  private volatile Term term;

  LeaseClock(Supplier<Instant> identityEnds, InstantSource clock, LongSupplier nanoTime) {
    this.identityEnds = identityEnds;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.term = new Term(false, nanoTime.getAsLong(), clock.instant());
  }

  @Override
  public boolean held() {
    var last = term;
    var now = clock.instant();
    return last.granted()
        && nanoTime.getAsLong() - last.deadlineNanos() < 0
        && now.isBefore(last.deadline())
        && now.isBefore(identityEnds.get());
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
  /// bounds.
  boolean granted(long n, Duration duration, Instant theirs) {
    var asked = sent.get(n);
    if (asked == null
        || n <= newestAnswered
        || duration.compareTo(DURATION_MIN) < 0
        || duration.compareTo(DURATION_MAX) > 0) {
      return false;
    }
    newestAnswered = n;
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
