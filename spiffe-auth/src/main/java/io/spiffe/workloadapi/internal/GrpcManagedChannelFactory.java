package io.spiffe.workloadapi.internal;

import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;

/// Opens channels to the Workload API over a Unix socket. The name is the one java-spiffe-core
/// calls.
public final class GrpcManagedChannelFactory {
  private GrpcManagedChannelFactory() {}

  /// Opens a channel; nothing is connected before the first call.
  ///
  /// @param executor runs the callbacks; a [LoopExecutor] also brings the event loops, any other
  ///   gets a loop of its own
  public static ManagedChannelWrapper newChannel(URI address, ExecutorService executor) {
    if (!"unix".equals(address.getScheme())) {
      throw new IllegalArgumentException("address: " + address.getScheme() + " (expected: unix)");
    }
    var shared = executor instanceof LoopExecutor;
    var loops = executor instanceof LoopExecutor owner ? owner.loops() : UnixSockets.newLoop();
    var channel =
        NettyChannelBuilder.forAddress(UnixSockets.address(loops, Path.of(address.getPath())))
            .eventLoopGroup(loops)
            .channelType(UnixSockets.channelType(loops))
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .overrideAuthority("localhost")
            .executor(executor)
            .intercept(new EndOfStream())
            .usePlaintext()
            .build();
    return new ManagedChannelWrapper(channel, shared ? null : loops);
  }
}
