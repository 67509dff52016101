package io.spiffe.workloadapi.internal;

import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/// A channel to the Workload API and the event loop it owns, if it does not share one. The name is
/// the one java-spiffe-core calls.
public final class ManagedChannelWrapper implements Closeable {
  private final ManagedChannel channel;
  private final @Nullable EventLoopGroup own;

  ManagedChannelWrapper(ManagedChannel channel, @Nullable EventLoopGroup own) {
    this.channel = channel;
    this.own = own;
  }

  public ManagedChannel getChannel() {
    return channel;
  }

  @Override
  public void close() {
    var _ = channel.shutdownNow();
    if (own != null) {
      var _ = own.shutdownGracefully();
    }
  }
}
