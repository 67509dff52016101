package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Idle upstream connections, the one used last first; bounded for each key and in all. Confined to
/// its loop.
final class UpstreamPool {
  private final Limits limits;
  private final Map<PoolKey, ArrayDeque<Upstream>> idle = new HashMap<>();
  private int size;

  UpstreamPool(Limits limits) {
    this.limits = limits;
  }

  @Nullable Upstream take(PoolKey key) {
    var kept = idle.get(key);
    var upstream = kept == null ? null : kept.peekLast();
    if (upstream != null) {
      remove(upstream);
    }
    return upstream;
  }

  /// Keeps the connection, or closes it when there is no room.
  void put(Upstream upstream) {
    var kept = idle.computeIfAbsent(upstream.key(), _ -> new ArrayDeque<>());
    if (size == limits.pooled() || kept.size() == limits.pooledPerKey()) {
      if (kept.isEmpty()) {
        idle.remove(upstream.key());
      }
      upstream.close();
      return;
    }
    kept.addLast(upstream);
    size++;
    upstream.idle(limits.pooledIdle(), () -> remove(upstream));
  }

  void closeIf(Predicate<PoolKey> gone) {
    for (var key : new ArrayList<>(idle.keySet())) {
      if (gone.test(key)) {
        for (var upstream : new ArrayList<>(idle.getOrDefault(key, new ArrayDeque<>()))) {
          remove(upstream);
          upstream.abort();
        }
      }
    }
  }

  int size() {
    return size;
  }

  private void remove(Upstream upstream) {
    var kept = idle.get(upstream.key());
    if (kept != null && kept.remove(upstream)) {
      size--;
      if (kept.isEmpty()) {
        idle.remove(upstream.key());
      }
    }
  }
}
