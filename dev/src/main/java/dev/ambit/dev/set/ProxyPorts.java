package dev.ambit.dev.set;

import java.net.InetSocketAddress;

/// Where the proxy of a set listens; the addresses are for writing down, not resolved.
///
/// @param agents where agents are told to reach it, on 127.0.0.1
/// @param adminHost where health and metrics are: 127.0.0.1, or the pod's address
public record ProxyPorts(int agents, String adminHost, int admin) {
  static final String LOOPBACK = "127.0.0.1";

  public InetSocketAddress agentAddress() {
    return InetSocketAddress.createUnresolved(LOOPBACK, agents);
  }

  public InetSocketAddress adminAddress() {
    return InetSocketAddress.createUnresolved(adminHost, admin);
  }
}
