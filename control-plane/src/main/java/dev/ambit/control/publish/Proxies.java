package dev.ambit.control.publish;

import dev.ambit.control.closure.Cuts;
import dev.ambit.control.closure.RecordWords;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.AttachedProxy;
import dev.ambit.proto.v1.Lease;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Every proxy that may act: who is attached, what each was told, acknowledged and has recorded,
/// and how long its lease runs at most. Thread-safe; only [#await] blocks for long.
///
/// A lease is counted here from the moment it is granted, in the proxy from the earlier moment it
/// was asked for: so no proxy acts longer than what stands here. A grant is put on the stream after
/// every change that was published before, and a proxy takes its stream in order: so a lease that
/// is granted after an end was published is only ever used by a proxy that knows of the end.
final class Proxies implements Cuts, RecordWords {
  /// Age of the last complete reading of the change table beyond which no lease is granted.
  static final Duration READING_AGE_MAX = Duration.ofSeconds(1);

  /// Another process of a proxy that was heard so lately is alive: two of them are one too many.
  static final Duration HEARD_MAX = Duration.ofSeconds(10);

  /// Attempts to come back that a control plane is to meet in a second, on average: chance puts
  /// half as many again into some of them, and 200 are what it must bear.
  static final int RETURNS_A_SECOND = 125;

  /// Longest time over which they are spread: less than a lease lasts.
  static final Duration RETURN_MAX = Duration.ofSeconds(10);

  /// Fewer proxies than this come back as they see fit.
  private static final int MANY = RETURNS_A_SECOND / 10;

  /// Proxies attached at a time.
  static final int ATTACHED_MAX = 20_000;

  private final Terms terms;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Map<Boot, Holder> holders = new HashMap<>();
  private long published;
  private long readAt;
  private Duration lease;
  private boolean read;
  private long doubles;

  /// Proxies that a moment ago were attached or could be about to come back: whoever returns first
  /// after a restart must not take itself for one among few.
  private int many;

  /// Begins with the proxies of an earlier run.
  ///
  /// @param known proxies of an earlier run: each may hold a lease granted by it
  /// @param seen the newest change when this run began
  Proxies(
      Terms terms,
      List<ProxyTable.Present> known,
      long seen,
      InstantSource clock,
      LongSupplier nanos) {
    this.terms = terms;
    this.clock = clock;
    this.nanos = nanos;
    this.published = seen;
    this.lease = terms.lease();
    var leaseEnd = nanos.getAsLong() + terms.leaseMaxBefore().toNanos();
    for (var present : known) {
      if (present.detached()) {
        continue;
      }
      var holder = new Holder(new Boot(present.proxy(), present.boot()), present.seat());
      holder.grant(leaseEnd, clock.instant().plus(terms.leaseMaxBefore()));
      holder.sent = seen;
      holders.put(holder.boot, holder);
    }
    this.many = holders.size();
  }

  /// Whether another process of the same proxy, or another proxy of the same pod, has a stream and
  /// was heard a moment ago, which is counted. A process that comes back on a new connection takes
  /// the place of its own stream.
  ///
  /// @param pod UID of its pod; empty: not in Kubernetes
  boolean doubled(Boot boot, String pod) {
    lock.lock();
    try {
      var now = nanos.getAsLong();
      var doubled =
          holders.values().stream()
              .filter(other -> other.stream != null && !other.boot.equals(boot))
              .filter(other ->
                  other.boot.proxy().equals(boot.proxy())
                      || (!pod.isEmpty() && pod.equals(other.seat.pod())))
              .anyMatch(other -> now - other.heardNanos < HEARD_MAX.toNanos());
      if (doubled) {
        doubles++;
      }
      return doubled;
    } finally {
      lock.unlock();
    }
  }

  /// Second processes of a proxy that were refused.
  long doubles() {
    lock.lock();
    try {
      return doubles;
    } finally {
      lock.unlock();
    }
  }

  /// Attaches a stream that starts with the snapshot of its seat. An older stream of the same proxy
  /// is ended. Reads the store.
  ///
  /// @param place where it runs, checked
  /// @param offer what the proxy offers
  Attachment attach(
      Boot boot, Place place, ProxyStream stream, Offer offer, SessionTable sessions) {
    var seat = new Seat(boot.proxy().workload(), place.uid());
    while (true) {
      var snapshot = sessions.snapshot(seat);
      lock.lock();
      try {
        // A change published since the snapshot was read would be missing: read again.
        if (published > snapshot.version()) {
          continue;
        }
        var full = holders.values().stream().filter(holder -> holder.stream != null).count();
        if (full >= ATTACHED_MAX) {
          stream.end(
              Status.RESOURCE_EXHAUSTED.withDescription(
                  "proxies: " + full + " (expected: fewer than " + ATTACHED_MAX + ")"));
          return new Attachment(new Holder(boot, seat), stream);
        }
        for (var other : holders.values()) {
          if (other.boot.proxy().equals(boot.proxy()) && other.stream != null) {
            other.stream.end(
                Status.ABORTED.withDescription("proxy: attached again (expected: one stream)"));
            other.stream = null;
          }
        }
        var holder = holders.computeIfAbsent(boot, fresh -> new Holder(fresh, seat));
        holder.stream = stream;
        holder.place = place;
        holder.version = offer.version();
        holder.spreads = offer.spreadsAttempts();
        holder.records = offer.saysRecorded() ? Records.OFFERED : Records.NOT_OFFERED;
        holder.answered = 0;
        holder.heardNanos = nanos.getAsLong();
        holder.told(snapshot.version(), nanos.getAsLong());
        holder.send(
            Images.snapshot(
                terms.epoch(),
                snapshot.version(),
                snapshot.sessions(),
                offer.saysRecorded(),
                clock.instant()));
        return new Attachment(holder, stream);
      } finally {
        lock.unlock();
      }
    }
  }

  /// Tells attached proxies what changed, then lets leases be granted on that reading.
  ///
  /// @param began when the reading began, in nanoseconds
  void publish(long version, List<StoredSession> changed, long began) {
    lock.lock();
    try {
      if (!changed.isEmpty()) {
        var byWorkload = new HashMap<String, List<StoredSession>>();
        changed.forEach(session ->
            byWorkload.computeIfAbsent(session.workload(), _ -> new ArrayList<>()).add(session));
        holders.values().forEach(holder -> tell(holder, version, byWorkload));
      }
      published = Math.max(published, version);
      readAt = began;
      read = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Grants every attached proxy a longer lease in answer to the heartbeat it was last answered,
  /// and to those it still sends: nobody answers any more for a while. It rests on what was
  /// published, like any lease, so whoever holds it knows of every end that was acknowledged.
  ///
  /// @return how many it was granted
  int handOver(Duration lasting) {
    lock.lock();
    try {
      lease = lasting;
      if (!fresh(nanos.getAsLong())) {
        return 0;
      }
      return (int)
          holders.values().stream()
              .filter(holder -> holder.stream != null && holder.answered > 0)
              .filter(holder -> grant(holder, holder.answered))
              .count();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until everything up to a version was told to those attached. False when it takes longer.
  boolean published(long version, Duration patience) throws InterruptedException {
    lock.lock();
    try {
      var left = patience.toNanos();
      while (published < version && left > 0) {
        left = moved.awaitNanos(left);
      }
      return published >= version;
    } finally {
      lock.unlock();
    }
  }

  /// Puts a lease on the stream of a proxy. Under the lock.
  private boolean grant(Holder holder, long n) {
    var at = clock.instant();
    var granted =
        Lease.newBuilder()
            .setN(n)
            .setDuration(ProtoTimes.of(lease))
            .setWallClock(ProtoTimes.of(at));
    if (holder.spreads && many >= MANY) {
      granted.setComeBackWithin(ProtoTimes.of(comeBackWithin(many)));
    }
    var sent = holder.send(AttachResponse.newBuilder().setLease(granted).build());
    if (sent) {
      holder.answered = n;
      holder.grant(nanos.getAsLong() + lease.toNanos(), at.plus(lease));
    }
    return sent;
  }

  /// Time over which so many proxies spread their attempts to come back.
  static Duration comeBackWithin(int proxies) {
    var even = Duration.ofSeconds(proxies).dividedBy(RETURNS_A_SECOND);
    return even.compareTo(RETURN_MAX) < 0 ? even : RETURN_MAX;
  }

  /// Whether what this program knows of ends is new enough to grant anything on it. Under the lock.
  private boolean fresh(long now) {
    return read && now - readAt < READING_AGE_MAX.toNanos();
  }

  /// Ends every stream: the history cannot be told in deltas any more.
  void restart(Status why) {
    lock.lock();
    try {
      for (var holder : holders.values()) {
        if (holder.stream != null) {
          holder.stream.end(why);
          holder.stream = null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Proxies that have a stream at this moment.
  int attached() {
    lock.lock();
    try {
      return (int) holders.values().stream().filter(holder -> holder.stream != null).count();
    } finally {
      lock.unlock();
    }
  }

  /// Every proxy that has a stream, at most `count`, in the order of workload and identifier.
  List<AttachedProxy> standing(int count) {
    lock.lock();
    try {
      var now = nanos.getAsLong();
      return holders.values().stream()
          .filter(holder -> holder.stream != null)
          .sorted(
              Comparator.comparing((Holder holder) -> holder.boot.proxy().workload())
                  .thenComparing(holder -> holder.boot.proxy().id()))
          .limit(count)
          .map(holder -> holder.standing(now))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /// Whether leases are granted: the change table was read a moment ago.
  boolean granting() {
    lock.lock();
    try {
      return fresh(nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /// Proxies that a session of the seat is in force at, at this moment.
  int serving(Seat seat) {
    lock.lock();
    try {
      return (int)
          holders.values().stream()
              .filter(holder -> holder.stream != null && seat.includes(holder.seat))
              .count();
    } finally {
      lock.unlock();
    }
  }

  /// Forgets who has no stream and no lease, and counts the others. Called once a second.
  void forget() {
    lock.lock();
    try {
      var now = nanos.getAsLong();
      holders.values().removeIf(holder -> holder.stream == null && !holder.holdsLease(now));
      many = holders.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CutReport await(Seat seat, long opened, long version) throws InterruptedException {
    lock.lock();
    try {
      // Until the end is published a lease may still be granted by who has not read of it.
      while (published < version) {
        moved.await();
      }
      var open = new HashMap<Holder, Limit>();
      for (var holder : holders.values()) {
        if (seat.includes(holder.seat) && holder.leased && holder.sent >= opened) {
          open.put(holder, new Limit(holder.leaseEndNanos, holder.leaseEnd));
        }
      }
      var cuts = new ArrayList<ProxyCut>();
      while (true) {
        var now = nanos.getAsLong();
        open.entrySet()
            .removeIf(entry -> {
              var cut = cut(entry.getKey(), entry.getValue(), version, now);
              if (cut != null) {
                cuts.add(cut);
              }
              return cut != null;
            });
        if (open.isEmpty()) {
          return new CutReport(cuts);
        }
        var next = open.values().stream().mapToLong(limit -> limit.nanos - now).min().orElse(0);
        var _ = moved.await(Math.max(next, 1), TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable ProxyCut cut(Holder holder, Limit limit, long version, long now) {
    if (holder.acked >= version) {
      return new ProxyCut(holder.boot.proxy().id(), true, holder.ackedAt);
    }
    if (holder.left != null) {
      return new ProxyCut(holder.boot.proxy().id(), true, holder.left);
    }
    return limit.nanos - now <= 0 ? new ProxyCut(holder.boot.proxy().id(), false, limit.at) : null;
  }

  @Override
  public Word of(String workload, String proxyId, long version) {
    var proxy = new ProxyTable.Key(workload, proxyId);
    lock.lock();
    try {
      var boots =
          holders.values().stream().filter(holder -> holder.boot.proxy().equals(proxy)).toList();
      // A process that died after its word has said more than its successor can.
      var said =
          boots.stream()
              .filter(holder -> holder.recorded >= version)
              .map(holder -> holder.word)
              .filter(Objects::nonNull)
              .min(Comparator.comparingLong(Word.Said::lostUntil));
      if (said.isPresent()) {
        return said.get();
      }
      if (boots.stream()
          .anyMatch(holder -> holder.stream != null && holder.records == Records.OFFERED)) {
        return new Word.Expected();
      }
      return boots.stream().anyMatch(holder -> holder.records == Records.NOT_OFFERED)
          ? new Word.Never()
          : new Word.Away();
    } finally {
      lock.unlock();
    }
  }

  private void tell(Holder holder, long version, Map<String, List<StoredSession>> byWorkload) {
    if (holder.stream == null || version <= holder.sent) {
      return;
    }
    var news =
        byWorkload.getOrDefault(holder.boot.proxy().workload(), List.of()).stream()
            .filter(session -> session.version() > holder.sent)
            .filter(session -> session.seat().includes(holder.seat))
            .toList();
    if (news.isEmpty()) {
      return;
    }
    holder.told(version, nanos.getAsLong());
    holder.send(Images.delta(terms.epoch(), version, news, clock.instant()));
  }

  /// What a control plane promises its proxies.
  ///
  /// @param lease how long each lease lasts
  /// @param leaseMaxBefore the longest lease that an earlier run may have granted
  record Terms(long epoch, Duration lease, Duration leaseMaxBefore) {}

  /// What a proxy says in its Hello that it understands.
  ///
  /// @param saysRecorded how far its records stand, it can say
  /// @param spreadsAttempts it can be told how quickly to come back
  /// @param version of its program
  record Offer(boolean saysRecorded, boolean spreadsAttempts, String version) {}

  /// One process of one proxy.
  record Boot(ProxyTable.Key proxy, String id) {}

  private record Limit(long nanos, Instant at) {}

  /// Whether a process says how far its records stand.
  private enum Records {
    /// It has not attached to this program yet.
    NOT_ASKED,
    OFFERED,
    NOT_OFFERED
  }

  /// What is known of one process. Guarded by the lock.
  private static final class Holder {
    private final Boot boot;
    private final Seat seat;
    private Place place = Place.NONE;
    private String version = "";
    private @Nullable ProxyStream stream;
    private long sent;
    private long acked;
    private Instant ackedAt = Instant.EPOCH;
    private Records records = Records.NOT_ASKED;
    private boolean spreads;

    /// The version before which all decisions are recorded as `word` says.
    private long recorded;

    private Word.@Nullable Said word;
    private long behindSince;
    private int refused;

    /// When its Hello or last heartbeat came.
    private long heardNanos;

    /// The heartbeat of its stream that was answered last; 0 for none.
    private long answered;

    /// When it took leave. It is waited for no more, and its last words stand in the store.
    private @Nullable Instant left;

    private boolean leased;
    private long leaseEndNanos;
    private Instant leaseEnd = Instant.EPOCH;

    Holder(Boot boot, Seat seat) {
      this.boot = boot;
      this.seat = seat;
    }

    /// False when the proxy has no stream, or was too slow for it and has none any more.
    boolean send(AttachResponse message) {
      if (stream == null || !stream.send(message)) {
        stream = null;
        return false;
      }
      return true;
    }

    void grant(long endNanos, Instant end) {
      if (!leased || endNanos - leaseEndNanos > 0) {
        leaseEndNanos = endNanos;
        leaseEnd = end;
      }
      leased = true;
    }

    /// Notes what is sent; what is not in force yet counts from the first of it.
    void told(long version, long now) {
      if (acked >= sent) {
        behindSince = now;
      }
      sent = version;
    }

    AttachedProxy standing(long now) {
      var standing =
          AttachedProxy.newBuilder()
              .setWorkload(boot.proxy().workload())
              .setProxyId(boot.proxy().id())
              .setNamespace(place.namespace())
              .setPod(place.name())
              .setPodUid(place.uid())
              .setProxyVersion(version)
              .setVersionTold(sent)
              .setVersionInForce(acked)
              .setSessionsRefused(refused);
      if (acked < sent) {
        standing.setBehind(ProtoTimes.of(Duration.ofNanos(now - behindSince)));
      }
      if (holdsLease(now)) {
        standing.setLeaseLeft(ProtoTimes.of(Duration.ofNanos(leaseEndNanos - now)));
      }
      return standing.build();
    }

    boolean holdsLease(long now) {
      return leased && leaseEndNanos - now > 0;
    }
  }

  /// One stream of one process, as its handler sees it.
  final class Attachment {
    private final Holder holder;
    private final ProxyStream stream;

    private Attachment(Holder holder, ProxyStream stream) {
      this.holder = holder;
      this.stream = stream;
    }

    /// Notes what is in force at the proxy. False when it cannot be: never told, or of another
    /// epoch.
    boolean acknowledge(long epoch, long version) {
      lock.lock();
      try {
        if (epoch != terms.epoch() || version > holder.sent) {
          return false;
        }
        if (version > holder.acked) {
          holder.acked = version;
          holder.ackedAt = clock.instant();
          moved.signalAll();
        }
        return true;
      } finally {
        lock.unlock();
      }
    }

    /// Notes how far the records of the proxy stand. False when it cannot have said so.
    boolean records(long epoch, long version, Word.Said word) {
      lock.lock();
      try {
        if (epoch != terms.epoch() || version > holder.acked || holder.records != Records.OFFERED) {
          return false;
        }
        if (version >= holder.recorded) {
          holder.recorded = version;
          holder.word = word;
        }
        return true;
      } finally {
        lock.unlock();
      }
    }

    String boot() {
      return holder.boot.id();
    }

    /// Notes how many sessions the proxy does not put in force.
    void refuses(int sessions) {
      lock.lock();
      try {
        holder.refused = sessions;
      } finally {
        lock.unlock();
      }
    }

    /// Answers a heartbeat with a lease, unless what this program knows of ends is too old, or the
    /// stream was replaced.
    boolean lease(long n) {
      lock.lock();
      try {
        holder.heardNanos = nanos.getAsLong();
        return holder.stream == stream && fresh(nanos.getAsLong()) && grant(holder, n);
      } finally {
        lock.unlock();
      }
    }

    /// The process has let go of everything, and its lease with it.
    void leave(Instant at) {
      lock.lock();
      try {
        holder.left = at;
        holder.stream = null;
        holders.remove(holder.boot, holder);
        moved.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /// The stream is over. What the process holds, it holds until its lease ends. False when the
    /// proxy has another one.
    boolean detach() {
      stream.gone();
      lock.lock();
      try {
        if (holder.stream == stream) {
          holder.stream = null;
        }
        return holders.values().stream()
            .noneMatch(
                other -> other.stream != null && other.boot.proxy().equals(holder.boot.proxy()));
      } finally {
        lock.unlock();
      }
    }
  }
}
