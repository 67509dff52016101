package dev.ambit.proxy.resolve;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// Looks names up. Answers on the loop that asked; completes with no addresses when the name has
/// none, and exceptionally when nobody answered.
public interface NameServer {
  CompletionStage<List<InetAddress>> lookup(String host);
}
