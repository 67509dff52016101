package dev.ambit.control.webhook.certificate;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does a thing again and again on a thread of its own, which may block.
final class Turns implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  private final ScheduledExecutorService thread;

  /// @param turn what nobody planned of it is logged, and the next one comes all the same
  Turns(String name, Duration period, Runnable turn) {
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(name).factory());
    var _ =
        thread.scheduleWithFixedDelay(
            () -> run(name, turn), 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void run(String name, Runnable turn) {
    var _ =
        CompletableFuture.runAsync(turn, Runnable::run)
            .whenComplete((_, unplanned) -> {
              if (unplanned != null) {
                LOG.error("{}: failed", name, unplanned);
              }
            });
  }

  @Override
  public void close() {
    var _ = thread.shutdownNow();
  }
}
