package dev.ambit.proxy.transport;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One timer that is set anew for each thing waited for. Confined to its loop.
public final class Deadline {
  private final EventLoop loop;
  private @Nullable ScheduledFuture<?> running;

  public Deadline(EventLoop loop) {
    this.loop = loop;
  }

  public void set(Duration wait, Runnable missed) {
    clear();
    running = loop.schedule(missed, wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  public void clear() {
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }
}
