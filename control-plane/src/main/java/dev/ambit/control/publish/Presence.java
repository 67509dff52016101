package dev.ambit.control.publish;

import dev.ambit.control.credential.Orphans;
import dev.ambit.control.session.Seat;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// When proxies were last heard and sessions last active: kept in memory, written to the store in
/// batches by [#tick], and the loss of a proxy told once. Thread-safe; `tick` blocks.
final class Presence {
  /// Silence after which a proxy is lost and what it was given is revoked.
  static final Duration SILENCE_MAX = Duration.ofSeconds(30);

  private final ProxyTable proxies;
  private final SessionTable sessions;
  private final Orphans orphans;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Map<ProxyTable.Key, Long> heardNanos = new HashMap<>();
  private final Map<ProxyTable.Key, String> pods = new HashMap<>();
  private final Set<ProxyTable.Key> left = new HashSet<>();
  private Map<ProxyTable.Key, Instant> heard = new HashMap<>();
  private Map<SessionTable.Activity, Instant> active = new HashMap<>();

  Presence(
      ProxyTable proxies,
      SessionTable sessions,
      Orphans orphans,
      InstantSource clock,
      LongSupplier nanos) {
    this.proxies = proxies;
    this.sessions = sessions;
    this.orphans = orphans;
    this.clock = clock;
    this.nanos = nanos;
  }

  /// Proxies of an earlier run: the silence of those that did not take leave counts from now.
  synchronized void expect(List<ProxyTable.Present> known) {
    for (var present : known) {
      if (present.detached()) {
        left.add(present.proxy());
      } else {
        heardNanos.put(present.proxy(), nanos.getAsLong());
        pods.put(present.proxy(), present.pod());
      }
    }
  }

  /// A proxy came in.
  ///
  /// @param pod UID of its pod; empty: not in Kubernetes
  synchronized void attached(ProxyTable.Key proxy, String pod) {
    pods.put(proxy, pod);
    heard(proxy);
  }

  /// A proxy said something.
  synchronized void heard(ProxyTable.Key proxy) {
    heardNanos.put(proxy, nanos.getAsLong());
    heard.put(proxy, clock.instant());
    // It has come back: what it was given before, it is given again.
    left.remove(proxy);
  }

  /// A proxy took leave: it is lost at the next tick, unless it comes back before.
  synchronized void left(ProxyTable.Key proxy) {
    heardNanos.remove(proxy);
    left.add(proxy);
  }

  /// A session made a call, some time ago.
  synchronized void active(String workload, SessionId session, Duration ago) {
    active.merge(
        new SessionTable.Activity(workload, session),
        clock.instant().minus(ago),
        (a, b) -> a.isAfter(b) ? a : b);
  }

  /// Where a proxy is that was heard lately enough to be given anything.
  synchronized Optional<Seat> present(ProxyTable.Key proxy) {
    return heardNanos.containsKey(proxy)
        ? Optional.of(new Seat(proxy.workload(), pods.getOrDefault(proxy, "")))
        : Optional.empty();
  }

  /// Writes what was gathered, and declares proxies lost.
  void tick() {
    Map<ProxyTable.Key, Instant> heardNow;
    Map<SessionTable.Activity, Instant> activeNow;
    synchronized (this) {
      heardNow = heard;
      activeNow = active;
      heard = new HashMap<>();
      active = new HashMap<>();
    }
    if (!heardNow.isEmpty()) {
      proxies.heard(heardNow);
    }
    if (!activeNow.isEmpty()) {
      sessions.active(activeNow);
    }
    for (var proxy : lost()) {
      // First the revocation, then the mark: a crash in between tells the loss twice, never not.
      orphans.proxyLost(proxy.workload(), proxy.id());
      proxies.lost(proxy);
    }
  }

  private synchronized Set<ProxyTable.Key> lost() {
    var now = nanos.getAsLong();
    var lost = new HashSet<>(left);
    heardNanos.forEach((proxy, at) -> {
      if (now - at >= SILENCE_MAX.toNanos()) {
        lost.add(proxy);
      }
    });
    left.clear();
    lost.forEach(heardNanos::remove);
    lost.forEach(pods::remove);
    return lost;
  }
}
