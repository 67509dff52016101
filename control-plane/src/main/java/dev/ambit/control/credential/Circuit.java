package dev.ambit.control.credential;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Spares an issuer: it is asked for at most [#ASKED_MAX] new credentials at a time, and after
/// [#FAILURES_MAX] failures in a row for none for a while, then by one who tries for all.
/// Revocations and probes do not pass here, so that no crowd of new sessions stands before them.
/// Thread-safe.
final class Circuit {
  static final int ASKED_MAX = 32;
  static final Duration ROOM_PATIENCE = Duration.ofSeconds(5);
  static final int FAILURES_MAX = 5;
  static final Duration OPEN_MIN = Duration.ofSeconds(1);

  /// Short enough that an issuer which is back is asked again within ten seconds.
  static final Duration OPEN_MAX = Duration.ofSeconds(4);

  private final Semaphore room = new Semaphore(ASKED_MAX, true);
  private int failures;
  private Duration wait = OPEN_MIN;
  private Optional<Instant> openUntil = Optional.empty();
  private boolean trying;

  /// Waits until fewer than [#ASKED_MAX] ask, at most for [#ROOM_PATIENCE]; whoever got in leaves.
  boolean awaitRoom() {
    try {
      return room.tryAcquire(ROOM_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void leaveRoom() {
    room.release();
  }

  /// Lets one ask, or nobody; whoever was let in says what came of it, then closes the entry.
  synchronized Optional<Entry> enter(Instant now) {
    if (openUntil.isEmpty()) {
      return Optional.of(new Entry(false));
    }
    if (trying || now.isBefore(openUntil.get())) {
      return Optional.empty();
    }
    trying = true;
    return Optional.of(new Entry(true));
  }

  synchronized boolean isOpen() {
    return openUntil.isPresent();
  }

  private synchronized void answered() {
    failures = 0;
    wait = OPEN_MIN;
    openUntil = Optional.empty();
  }

  private synchronized void failed(boolean trial, Instant now) {
    failures++;
    // Those who were let in before it opened tell nothing new.
    var opens = openUntil.isEmpty() ? failures >= FAILURES_MAX : trial;
    if (opens) {
      openUntil = Optional.of(now.plus(wait));
      var twice = wait.multipliedBy(2);
      wait = twice.compareTo(OPEN_MAX) < 0 ? twice : OPEN_MAX;
    }
  }

  private synchronized void left(boolean trial) {
    if (trial) {
      trying = false;
    }
  }

  /// Leave to ask the issuer once.
  final class Entry implements AutoCloseable {
    private final boolean trial;

    private Entry(boolean trial) {
      this.trial = trial;
    }

    /// The issuer answers, whatever it says.
    void answered() {
      Circuit.this.answered();
    }

    /// It cannot be reached, or says nothing that can be understood.
    void failed(Instant now) {
      Circuit.this.failed(trial, now);
    }

    @Override
    public void close() {
      left(trial);
    }
  }
}
