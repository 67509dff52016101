package dev.ambit.proxy.model;

import java.time.Duration;

/// Runs things on the proxy's loop after a while. The loop itself, or in tests a list.
public interface Timer {
  /// Runs `task` once on the loop after `delay`; calling what is returned takes it back.
  Runnable after(Duration delay, Runnable task);
}
