package dev.ambit.spiffe.source;

import io.netty.channel.IoEventLoopGroup;
import io.spiffe.workloadapi.internal.UnixSockets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the Workload API of one socket. Thread-safe; readers never wait. When the agent goes
/// away the present snapshot stays, and the agent is tried again, for as long as the source lives,
/// at most 2 s apart.
public final class SpiffeSource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpiffeSource.class);

  private final Endpoint endpoint;
  private final InstantSource clock;
  private final JwtSvids jwtSvids;
  private final @Nullable IoEventLoopGroup ownLoops;
  private final CompletableFuture<Snapshot> first = new CompletableFuture<>();
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final ExecutorService teller =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("spiffe-tell").factory());
  private final Thread follower;
  private volatile @Nullable Snapshot current;
  private volatile @Nullable IdentityUnavailable trouble;

  private SpiffeSource(
      Path socket,
      InstantSource clock,
      IoEventLoopGroup loops,
      @Nullable IoEventLoopGroup ownLoops) {
    this.endpoint = new Endpoint(socket, loops);
    this.clock = clock;
    this.jwtSvids = new JwtSvids(endpoint, clock);
    this.ownLoops = ownLoops;
    this.follower = Thread.ofVirtual().name("spiffe-follow").unstarted(this::follow);
  }

  /// Connects and waits for the first SVID, at most `patience`. Throws [IdentityUnavailable] with
  /// what to do next. Runs on one event loop of its own and the system's clock.
  public static SpiffeSource open(Path socket, Duration patience) throws IdentityUnavailable {
    var own = UnixSockets.newLoop();
    return new SpiffeSource(socket, InstantSource.system(), own, own).started(patience);
  }

  /// As above, with the caller's clock and event loops (epoll or NIO), which stay the caller's.
  public static SpiffeSource open(
      Path socket, Duration patience, InstantSource clock, IoEventLoopGroup loops)
      throws IdentityUnavailable {
    return new SpiffeSource(socket, clock, loops, null).started(patience);
  }

  /// The newest snapshot. Never null; may be expired when the agent has been gone for long, so ask
  /// `notAfter`.
  public Snapshot current() {
    var now = current;
    if (now == null) {
      throw new IllegalStateException("no source is handed out before its first snapshot");
    }
    return now;
  }

  /// Calls the listener with every later snapshot, in order, on a thread of the source; a listener
  /// that takes its time delays only other listeners.
  public void onChange(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  /// A JWT-SVID for one audience, from the own cache while it has more than half of its life.
  /// Blocks for at most 5 s.
  public String jwtSvid(String audience) throws IdentityUnavailable {
    return jwtSvids.fetch(current().spiffeId(), audience);
  }

  /// The clock that decides whether certificates are valid.
  public InstantSource clock() {
    return clock;
  }

  @Override
  public void close() {
    follower.interrupt();
    teller.shutdownNow();
    try {
      // It closes its channel, for which the loop must still run.
      var _ = follower.join(Duration.ofSeconds(1));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (ownLoops != null) {
      var _ = ownLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private SpiffeSource started(Duration patience) throws IdentityUnavailable {
    follower.start();
    try {
      var _ = first.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return this;
    } catch (TimeoutException | ExecutionException _) {
      close();
      var last = trouble;
      throw last == null ? Advice.about(endpoint, patience, null) : last.again();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IdentityUnavailable("interrupted while waiting for " + endpoint, e);
    }
  }

  private void follow() {
    var backoff = new Backoff(new SecureRandom());
    try {
      while (true) {
        var ended = watchOnce();
        if (trouble == null) {
          backoff.reset();
        }
        refused(ended);
        if (Advice.isFinal(ended)) {
          first.completeExceptionally(ended);
          LOG.error("{} calls the request invalid; it is not asked again", endpoint);
          return;
        }
        Thread.sleep(backoff.next());
      }
    } catch (InterruptedException _) {
      LOG.debug("no longer following {}", endpoint);
    }
  }

  private Throwable watchOnce() throws InterruptedException {
    try (var watch = new Watch(endpoint, this::answered, this::refused)) {
      return watch.follow();
    }
  }

  /// Called by one watch at a time, and by that in order.
  private void answered(Snapshot snapshot) {
    var before = current;
    if (trouble != null) {
      trouble = null;
      LOG.info("{} answers", endpoint);
    }
    if (before != null && before.saysTheSameAs(snapshot)) {
      return;
    }
    var next = snapshot.withVersion(before == null ? 1 : before.version() + 1);
    current = next;
    LOG.info("identity {}", next);
    listeners.forEach(listener -> teller.execute(() -> listener.accept(next)));
    // Last: whoever waits for the first snapshot may listen only to later ones.
    first.complete(next);
  }

  /// Told once, and again when the reason changes.
  private void refused(Throwable error) {
    var before = trouble;
    var now = Advice.about(endpoint, Duration.ZERO, error);
    trouble = now;
    if (before == null || !before.getMessage().equals(now.getMessage())) {
      LOG.warn("{}", now.getMessage());
    }
  }
}
