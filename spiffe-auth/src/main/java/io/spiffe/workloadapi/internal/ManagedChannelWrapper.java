package io.spiffe.workloadapi.internal;

import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import java.io.Closeable;

/// A channel to the Workload API and the event loop it runs on. The name is the one
/// java-spiffe-core calls.
public final class ManagedChannelWrapper implements Closeable {
  private final ManagedChannel channel;
  private final EventLoopGroup loops;

  ManagedChannelWrapper(ManagedChannel channel, EventLoopGroup loops) {
    this.channel = channel;
    this.loops = loops;
  }

  public ManagedChannel getChannel() {
    return channel;
  }

  @Override
  public void close() {
    var _ = channel.shutdownNow();
    var _ = loops.shutdownGracefully();
  }
}
