package dev.ambit.proxy.resolve;

import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// How many distinct names one session may have looked up in a stretch of time, so that a grant for
/// every host of a domain neither floods the cluster's resolver nor carries data out in names.
/// Confined to the loop.
final class NameQuota {
  static final int NAMES_MAX = 256;
  static final Duration STRETCH = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private final Map<SessionId, Set<String>> asked = new HashMap<>();
  private long began;

  NameQuota(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /// Whether the session may have this name looked up; it counts once.
  boolean admits(SessionId session, String host) {
    if (nanoTime.getAsLong() - began >= STRETCH.toNanos()) {
      asked.clear();
      began = nanoTime.getAsLong();
    }
    var names = asked.computeIfAbsent(session, _ -> new HashSet<>());
    if (names.size() >= NAMES_MAX && !names.contains(host)) {
      return false;
    }
    names.add(host);
    return true;
  }

  /// When the next stretch begins, at least a second.
  int secondsLeft() {
    var left = Duration.ofNanos(began + STRETCH.toNanos() - nanoTime.getAsLong());
    return (int) Math.max(1, left.toSeconds());
  }
}
