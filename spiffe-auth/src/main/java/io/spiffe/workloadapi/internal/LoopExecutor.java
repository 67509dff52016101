package io.spiffe.workloadapi.internal;

import io.netty.channel.IoEventLoopGroup;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Runs the callbacks of one client on virtual threads and names the event loops its channel shall
/// share: java-spiffe-core hands nothing but an executor through to the factory.
public final class LoopExecutor extends AbstractExecutorService {
  private final IoEventLoopGroup loops;
  private final ExecutorService callbacks = Executors.newVirtualThreadPerTaskExecutor();

  /// @param loops stay the caller's: closing a channel leaves them running
  public LoopExecutor(IoEventLoopGroup loops) {
    this.loops = loops;
  }

  IoEventLoopGroup loops() {
    return loops;
  }

  @Override
  public void execute(Runnable callback) {
    callbacks.execute(callback);
  }

  @Override
  public void shutdown() {
    callbacks.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return callbacks.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return callbacks.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return callbacks.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return callbacks.awaitTermination(timeout, unit);
  }
}
