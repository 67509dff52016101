package dev.ambit.proxy;

import java.util.ArrayDeque;
import java.util.Deque;

/// What has been opened so far, to be let go of in reverse order, each whatever became of the
/// others. Whoever opens something hands it over at once, so that nothing stays open when what
/// follows fails. Confined to the thread that starts and, later, the one that stops.
final class Opened implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  void add(Runnable closer) {
    closers.push(closer);
  }

  @Override
  public void close() {
    var next = closers.poll();
    if (next != null) {
      try {
        next.run();
      } finally {
        close();
      }
    }
  }
}
