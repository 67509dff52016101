package dev.ambit.bench.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How a fleet of proxies came back to a control plane that was killed.
///
/// @param proxies how many
/// @param away from the kill until the control plane listened again
/// @param back from that until the last of them was attached
/// @param attempts instants of their attempts after the kill, in nanoseconds, in order
public record Return(int proxies, Duration away, Duration back, List<Long> attempts) {
  /// What is wanted of a thousand (F01).
  public static final int PER_SECOND_MAX = 200;

  private static final long SECOND = 1_000_000_000;

  public Return {
    attempts = List.copyOf(attempts);
  }

  /// Most attempts in any one second.
  public int busiest() {
    var most = 0;
    var first = 0;
    for (var last = 0; last < attempts.size(); last++) {
      while (attempts.get(last) - attempts.get(first) >= SECOND) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /// Attempts in each second since the first of them.
  public List<Integer> perSecond() {
    var counts = new ArrayList<Integer>();
    for (var at : attempts) {
      var second = (int) ((at - attempts.getFirst()) / SECOND);
      while (counts.size() <= second) {
        counts.add(0);
      }
      counts.set(second, counts.get(second) + 1);
    }
    return counts;
  }

  public boolean spread() {
    return busiest() <= PER_SECOND_MAX;
  }
}
