package dev.ambit.proxy.budget;

import dev.ambit.proxy.model.Timer;
import java.time.Duration;
import java.util.ArrayDeque;

/// Tells the ledger in the background what became of reservations, one after the other, and again
/// until it has understood. One that the ledger does not know is given up after a few times, or it
/// would hold up all others. Bounded: what finds no place stays reserved, so a budget may be
/// under-used, never over-used. Confined to its loop.
public final class Settlements {
  /// Settlements that wait at most.
  public static final int WAITING_MAX = 4_096;

  /// Times that an unknown reservation is told again, within some seconds.
  static final int UNKNOWN_MAX = 5;

  private static final Duration PAUSE_FIRST = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

  private final Ledger ledger;
  private final Timer timer;
  private final ArrayDeque<Settlement> waiting = new ArrayDeque<>();
  private boolean asking;
  private Duration pause = PAUSE_FIRST;
  private int unknown;
  private long dropped;

  public Settlements(Ledger ledger, Timer timer) {
    this.ledger = ledger;
    this.timer = timer;
  }

  void settle(String reservationId, int spent) {
    if (waiting.size() >= WAITING_MAX) {
      dropped++;
      return;
    }
    waiting.add(new Settlement(reservationId, spent));
    next();
  }

  /// Settlements that wait for the ledger.
  public int waiting() {
    return waiting.size();
  }

  /// Settlements that found no place; their room stays reserved.
  public long dropped() {
    return dropped;
  }

  private void next() {
    var head = waiting.peek();
    if (asking || head == null) {
      return;
    }
    asking = true;
    var _ = ledger.settle(head.reservationId(), head.spent()).thenAccept(this::told);
  }

  private void told(Ledger.Settled settled) {
    var over =
        switch (settled) {
          case UNDERSTOOD -> true;
          case UNKNOWN -> ++unknown > UNKNOWN_MAX;
          case UNAVAILABLE -> false;
        };
    if (over) {
      var _ = waiting.remove();
      unknown = 0;
      pause = PAUSE_FIRST;
      asking = false;
      next();
    } else {
      var _ = timer.after(pause, this::again);
      var doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
    }
  }

  private void again() {
    asking = false;
    next();
  }

  private record Settlement(String reservationId, int spent) {}
}
