package dev.ambit.dev.set;

import dev.ambit.proxy.resolve.NameServer;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Answers one address for names that end in `.test` (RFC 6761 6.2, never in the public DNS), and
/// asks DNS for all others.
record LocalNames(InetAddress address, NameServer dns) implements NameServer {
  @Override
  public CompletionStage<List<InetAddress>> lookup(String host) {
    return host.endsWith(".test")
        ? CompletableFuture.completedFuture(List.of(address))
        : dns.lookup(host);
  }
}
