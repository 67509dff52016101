package dev.ambit.cli.run;

import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.proto.v1.Session;
import dev.ambit.spiffe.anchors.TrustFolder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Runs a proxy on this machine for one command: a process beside it, or one of the development
/// set.
public interface LocalProxy {
  /// Starts a proxy and returns when it is attached to the control plane. Throws
  /// [dev.ambit.cli.Failure] with what to do when it cannot be.
  Running start(Request request);

  /// What is asked for.
  ///
  /// @param connection the control plane the command line is configured for
  /// @param spiffeSocket Workload API socket, when one was named
  /// @param controlPlane where it takes proxies, as host:port, when that was named
  /// @param controlPlaneId its SPIFFE ID, when that was named
  record Request(
      ConnectionOptions connection,
      Optional<Path> spiffeSocket,
      Optional<String> controlPlane,
      Optional<String> controlPlaneId) {}

  /// A proxy that runs until it is closed.
  interface Running extends AutoCloseable {
    /// Where agents reach it.
    InetSocketAddress address();

    /// What clients read to trust it.
    TrustFolder trust();

    /// The SPIFFE ID it acts for.
    String workload();

    /// Waits until calls of the session are judged by it; false when that takes longer.
    boolean enforces(Session session, Duration patience);

    @Override
    void close();
  }
}
