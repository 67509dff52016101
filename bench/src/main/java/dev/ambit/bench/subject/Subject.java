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

  /// How it speaks HTTP/2.
  default Http2 http2() {
    return Http2.THROUGHOUT;
  }

  /// How a subject speaks HTTP/2.
  enum Http2 {
    NOT,
    /// With agents; the origin gets HTTP/1.1, but for gRPC.
    IN_FRONT,
    THROUGHOUT
  }

  /// Starts it and waits for its first answer.
  Running start() throws IOException;
}
