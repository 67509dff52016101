package dev.ambit.proxy.resolve;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// Looks names up. Answers on the loop that asked; exceptionally when the name has no address or
/// nobody answered in time.
public interface NameServer {
  CompletionStage<List<InetAddress>> lookup(String host);
}
