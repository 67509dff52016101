package dev.ambit.proxy.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Everything an operator can choose for a proxy; [Key] says what each is for.
///
/// @param listen where agents reach the proxy; port 0 lets the system choose
/// @param capturePort of the listener on loopback that caught connections are turned to
/// @param agentDnsPort of the agent's name server on loopback
/// @param controlPlane host and port
/// @param extraRoots authorities that agents trust beside the public ones and the pod's
/// @param spoolBytes bound of the audit spool
/// @param reservedAddresses of the node, the Kubernetes API and the like, at most 64: a block that
///   holds one admits it only if it holds nothing else
/// @param identityWait how long to wait for the first SVID
/// @param issueWait how long a call waits for its credential
/// @param drain how long running calls may go on after SIGTERM
public record Config(
    InetSocketAddress listen,
    OptionalInt capturePort,
    OptionalInt agentDnsPort,
    InetSocketAddress metrics,
    Path spiffeSocket,
    Endpoint controlPlane,
    String controlPlaneId,
    Path privateDir,
    Path trustDir,
    Optional<Path> extraRoots,
    long spoolBytes,
    Optional<InetSocketAddress> dns,
    Set<InetAddress> reservedAddresses,
    Duration identityWait,
    Duration issueWait,
    Duration drain,
    Optional<Pod> pod) {
  public Config {
    reservedAddresses = Set.copyOf(reservedAddresses);
  }

  /// A host, which is not looked up here, and a port.
  public record Endpoint(String host, int port) {}

  /// The pod the proxy runs in.
  public record Pod(String uid, String namespace, String name) {}
}
