package dev.ambit.bench.load;

/// One way to use a proxy. Its connections are opened first, so that only what it is about is
/// timed. Called from one thread, which it blocks.
public interface Load extends AutoCloseable {
  /// Opens what must be open before.
  void open();

  /// Runs until the bound is reached and what was begun has ended; returns what was done.
  Tally run(Bound bound);

  /// What the first of its connections was shown in its handshake; nothing where none is kept.
  default Shown shown() {
    return Shown.NOTHING;
  }

  /// Closes every connection.
  @Override
  void close();
}
