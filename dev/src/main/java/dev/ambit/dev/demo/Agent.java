package dev.ambit.dev.demo;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A program that calls the upstream. It knows nothing of Ambit and holds no credential but a key
/// of its own, which opens nothing.
interface Agent extends AutoCloseable {
  String OWN_KEY = "a-key-of-the-agents-own";

  Answer get(String path) throws IOException, InterruptedException;

  Answer delete(String path) throws IOException, InterruptedException;

  /// Posts the same thing many times at once and returns the statuses.
  List<Integer> postAtOnce(String path, int count) throws IOException;

  /// Follows a stream of events, beside what else it does.
  Stream follow(String path);

  @Override
  void close() throws IOException;

  /// A running stream.
  interface Stream {
    /// How many events have come so far.
    long events();

    /// How it ended; empty while it runs.
    Optional<String> ended();
  }
}
