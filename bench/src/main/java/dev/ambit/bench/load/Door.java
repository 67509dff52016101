package dev.ambit.bench.load;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/// Where an agent's connection begins and where it leads.
///
/// @param address of the proxy, or of the origin itself
/// @param tunnel whether it asks for a tunnel (CONNECT) before it speaks TLS
/// @param host the origin's name, in CONNECT, the server name and Host
/// @param port the origin's
/// @param roots PEM file with the authority that must vouch for what answers
/// @param handle of the session that its calls are of, said when the tunnel is asked for; empty
///   where a workload has but one
public record Door(
    InetSocketAddress address, boolean tunnel, String host, int port, Path roots, String handle) {
  public Door(InetSocketAddress address, boolean tunnel, String host, int port, Path roots) {
    this(address, tunnel, host, port, roots, "");
  }

  /// The same for calls of another session.
  public Door as(String other) {
    return new Door(address, tunnel, host, port, roots, other);
  }

  /// The same before another host of the origin.
  public Door at(String other) {
    return new Door(address, tunnel, other, port, roots, handle);
  }

  String authority() {
    return host + ":" + port;
  }
}
