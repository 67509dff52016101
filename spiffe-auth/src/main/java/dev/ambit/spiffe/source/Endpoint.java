package dev.ambit.spiffe.source;

import io.netty.channel.IoEventLoopGroup;
import io.spiffe.exception.SocketEndpointAddressException;
import io.spiffe.workloadapi.DefaultWorkloadApiClient;
import io.spiffe.workloadapi.DefaultWorkloadApiClient.ClientOptions;
import io.spiffe.workloadapi.internal.LoopExecutor;
import io.spiffe.workloadapi.retry.ExponentialBackoffPolicy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Where the Workload API is, and clients for it.
record Endpoint(Path socket, IoEventLoopGroup loops) {
  // The library logs a stack trace at every refusal, on stderr whatever the program logs with; this
  // package says the same once, in one line. A constant, because loggers are held weakly.
  private static final Logger LIBRARY = Logger.getLogger("io.spiffe");

  static {
    LIBRARY.setLevel(Level.OFF);
  }

  // The library gives up after one more try at once and then says so; waiting is this package's,
  // because the library's own delays are in whole seconds, without jitter and without an end.
  private static final ExponentialBackoffPolicy ONE_MORE_TRY =
      ExponentialBackoffPolicy.builder().initialDelay(Duration.ofMillis(1)).maxRetries(1).build();

  Endpoint {
    socket = socket.toAbsolutePath();
  }

  /// A client that shares the event loops. The caller closes it.
  DefaultWorkloadApiClient newClient() {
    try {
      // The type that is made is the one whose close() throws nothing.
      return (DefaultWorkloadApiClient)
          DefaultWorkloadApiClient.newClient(
              ClientOptions.builder()
                  .spiffeSocketPath(new URI("unix", null, socket.toString(), null).toString())
                  .exponentialBackoffPolicy(ONE_MORE_TRY)
                  .executorService(new LoopExecutor(loops))
                  .build());
    } catch (SocketEndpointAddressException | URISyntaxException e) {
      throw new IllegalArgumentException("socket: " + socket + " (expected: a path)", e);
    }
  }

  @Override
  public String toString() {
    return "unix:" + socket;
  }
}
