package dev.ambit.e2e.agents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Watches how much memory a process has resident, every 20 ms until it is closed.
final class ResidentMemory implements AutoCloseable {
  private static final int POLL_MILLIS = 20;

  private final long pid;
  private final AtomicLong peak = new AtomicLong();
  private final Thread watching;

  ResidentMemory(long pid) {
    this.pid = pid;
    this.peak.set(now(pid));
    this.watching = Thread.ofVirtual().name("resident-memory").start(this::watch);
  }

  /// Bytes resident now (VmRSS of proc(5)).
  static long now(long pid) {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElse(0)
          * 1_024;
    } catch (IOException gone) {
      throw new UncheckedIOException("process " + pid + " is gone", gone);
    }
  }

  /// The most that was seen so far, in bytes.
  long peak() {
    peak.accumulateAndGet(now(pid), Math::max);
    return peak.get();
  }

  private void watch() {
    try {
      while (true) {
        peak();
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException | UncheckedIOException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    watching.interrupt();
  }
}
