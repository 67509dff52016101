package dev.ambit.proxy.dns;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Remembers which unknown names were told to the log, so that a resolver that asks for one again
/// and again, for IPv4 and IPv6, is one denial a minute. Bounded: of more than [#NAMES_MAX] names
/// in a minute those beyond are not told, and only counted. Confined to its loop.
final class Noted {
  static final int NAMES_MAX = 256;
  private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  /// When each was told, the oldest first.
  private final LinkedHashMap<String, Long> told = new LinkedHashMap<>();

  private final LongSupplier nanoTime;

  Noted(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Whether the name is to be told now; if so it will not be again for a minute.
  boolean first(String name) {
    var now = nanoTime.getAsLong();
    forget(now);
    return told.size() < NAMES_MAX && told.putIfAbsent(name, now) == null;
  }

  private void forget(long now) {
    var oldest = told.entrySet().iterator();
    while (oldest.hasNext() && old(oldest.next(), now)) {
      oldest.remove();
    }
  }

  private static boolean old(Map.Entry<String, Long> entry, long now) {
    return now - entry.getValue() >= AGAIN_NANOS;
  }
}
