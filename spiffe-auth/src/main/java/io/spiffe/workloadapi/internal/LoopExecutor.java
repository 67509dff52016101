package io.spiffe.workloadapi.internal;

import io.netty.channel.IoEventLoopGroup;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/// Runs the callbacks of one client on virtual threads and names the event loops its channel shall
/// share: java-spiffe-core hands nothing but an executor through to the factory. The library shuts
/// it down before the channel has said its last word; that is still run, for gRPC would print a
/// rejection as a defect of its own.
public final class LoopExecutor extends AbstractExecutorService {
  private final IoEventLoopGroup loops;
  private volatile boolean shutdown;

  /// @param loops stay the caller's: closing a channel leaves them running
  public LoopExecutor(IoEventLoopGroup loops) {
    this.loops = loops;
  }

  IoEventLoopGroup loops() {
    return loops;
  }

  @Override
  public void execute(Runnable callback) {
    var _ = Thread.startVirtualThread(callback);
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  /// Nothing is ever waiting, so nothing is waited for.
  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutdown;
  }
}
