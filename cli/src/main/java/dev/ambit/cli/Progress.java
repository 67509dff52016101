package dev.ambit.cli;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Says on stderr what a command waits for, once it has waited 2 s and every few seconds after
/// that. Closing it ends the talk. Thread-safe.
public final class Progress implements AutoCloseable {
  private static final int QUIET_SECONDS = 2;
  private static final int EVERY_SECONDS = 3;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("progress").factory());
  private final long began = System.nanoTime();
  private final Shell shell;
  private volatile String doing;

  private Progress(Shell shell, String doing) {
    this.shell = shell;
    this.doing = doing;
  }

  /// Starts the count for something that may take long.
  public static Progress of(Shell shell, String doing) {
    var progress = new Progress(shell, doing);
    var _ =
        progress.timer.scheduleAtFixedRate(
            progress::tell, QUIET_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    return progress;
  }

  /// Changes what is being waited for.
  public void now(String doing) {
    this.doing = doing;
  }

  private void tell() {
    var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    shell.err().println("ambit: " + doing + " (" + seconds + " s)");
  }

  @Override
  public void close() {
    var _ = timer.shutdownNow();
  }
}
