package dev.ambit.bench;

import dev.ambit.bench.load.Door;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Keeps first visits within what a proxy looks up: 256 names of one session in a minute, whichever
/// minute that is. So of three slices the third begins a minute after the first has ended. All
/// subjects wait alike.
final class Visits {
  private static final int SLICES = 2;
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Map<Door, Deque<Long>> ends = new HashMap<>();

  /// Waits until a subject may be visited.
  void await(Scenario scenario, Door door) {
    if (scenario != Scenario.VISIT) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanosToWait(door, System.nanoTime()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, "interrupted", interrupted);
    }
  }

  /// Remembers that a slice has ended.
  void ended(Scenario scenario, Door door) {
    if (scenario == Scenario.VISIT) {
      ended(door, System.nanoTime());
    }
  }

  long nanosToWait(Door door, long now) {
    var last = ends.getOrDefault(door, new ArrayDeque<>());
    return last.size() < SLICES ? 0 : Math.max(0, last.element() + MINUTE_NANOS - now);
  }

  void ended(Door door, long now) {
    var last = ends.computeIfAbsent(door, _ -> new ArrayDeque<>());
    last.add(now);
    if (last.size() > SLICES) {
      last.remove();
    }
  }
}
