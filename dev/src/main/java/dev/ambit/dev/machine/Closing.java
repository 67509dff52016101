package dev.ambit.dev.machine;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// What was opened so far; closed last first, and whatever one says, the others too.
public final class Closing implements Closeable {
  private final Deque<Closeable> opened = new ArrayDeque<>();

  /// Remembers it and hands it back.
  public <T extends Closeable> T add(T one) {
    opened.push(one);
    return one;
  }

  @Override
  public void close() throws IOException {
    if (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } finally {
        close();
      }
    }
  }
}
