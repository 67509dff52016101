package dev.ambit.proxy.testing;

import dev.ambit.proxy.model.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/// Both clocks and a timer, moved by hand.
public final class ManualTime implements InstantSource, LongSupplier, Timer {
  private final List<Task> tasks = new ArrayList<>();
  private long nanos;
  private Instant wall = Samples.NOON;

  @Override
  public Instant instant() {
    return wall;
  }

  @Override
  public long getAsLong() {
    return nanos;
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    var one = new Task(nanos + delay.toNanos(), task);
    tasks.add(one);
    return () -> tasks.remove(one);
  }

  /// Both clocks go on; what is due is run, in order.
  public void advance(Duration step) {
    var end = nanos + step.toNanos();
    wall = wall.plus(step);
    while (true) {
      var due =
          tasks.stream()
              .filter(task -> task.at <= end)
              .min(Comparator.comparingLong(task -> task.at));
      if (due.isEmpty()) {
        break;
      }
      tasks.remove(due.get());
      nanos = Math.max(nanos, due.get().at);
      due.get().run.run();
    }
    nanos = end;
  }

  /// The wall clock alone is set.
  public void jump(Duration step) {
    wall = wall.plus(step);
  }

  /// Tasks that wait.
  public int waiting() {
    return tasks.size();
  }

  /// One task and when it is due. Each is itself alone.
  private static final class Task {
    private final long at;
    private final Runnable run;

    Task(long at, Runnable run) {
      this.at = at;
      this.run = run;
    }
  }
}
