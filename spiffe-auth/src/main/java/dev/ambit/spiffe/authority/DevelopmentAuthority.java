package dev.ambit.spiffe.authority;

import java.nio.file.Path;

/// A certificate authority in memory and a Workload API for each workload on a Unix socket of its
/// own (a socket stands for what a SPIRE agent would attest). For development and tests only.
public final class DevelopmentAuthority implements AutoCloseable {
  /// The SVIDs and bundle of a fresh trust domain.
  public static DevelopmentAuthority start(String trustDomain) {
    throw new UnsupportedOperationException();
  }

  /// Serves `spiffeId` to whoever connects to `socket` (0600).
  public void serve(Path socket, String spiffeId) {
    throw new UnsupportedOperationException();
  }

  /// Issues new SVIDs to every stream.
  public void rotate() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
