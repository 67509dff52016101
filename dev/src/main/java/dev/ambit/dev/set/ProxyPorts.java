package dev.ambit.dev.set;

import java.net.InetSocketAddress;

/// Where the proxy of a set listens, on 127.0.0.1; the addresses are for writing down, not
/// resolved.
///
/// @param agents where agents reach it
/// @param admin health and metrics
public record ProxyPorts(int agents, int admin) {
  public InetSocketAddress agentAddress() {
    return InetSocketAddress.createUnresolved("127.0.0.1", agents);
  }

  public InetSocketAddress adminAddress() {
    return InetSocketAddress.createUnresolved("127.0.0.1", admin);
  }
}
