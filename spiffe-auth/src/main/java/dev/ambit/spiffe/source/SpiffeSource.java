package dev.ambit.spiffe.source;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/// Follows the Workload API of one socket. Thread-safe; readers never wait.
public final class SpiffeSource implements AutoCloseable {
  /// Connects and waits for the first SVID, at most `patience`. Throws [IdentityUnavailable] with
  /// what to do next.
  public static SpiffeSource open(Path socket, Duration patience) throws IdentityUnavailable {
    throw new UnsupportedOperationException();
  }

  /// The newest snapshot. Never null; may be expired when the agent has been gone for long, so ask
  /// `notAfter`.
  public Snapshot current() {
    throw new UnsupportedOperationException();
  }

  /// Calls the listener with every later snapshot, on a thread of the source.
  public void onChange(Consumer<Snapshot> listener) {
    throw new UnsupportedOperationException();
  }

  /// A JWT-SVID for one audience, from the own cache while it has more than half of its life.
  /// Blocks.
  public String jwtSvid(String audience) throws IdentityUnavailable {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
