package dev.ambit.bench.subject;

import java.io.IOException;

/// One thing that is measured. Each start is a process of its own.
public interface Subject {
  /// The name in tables.
  String name();

  /// Whether a connection serves on after a refusal.
  default boolean keepsRefused() {
    return true;
  }

  /// Whether it opens WebSockets.
  default boolean opensWebSockets() {
    return true;
  }

  /// Starts it and waits for its first answer.
  Running start() throws IOException;
}
