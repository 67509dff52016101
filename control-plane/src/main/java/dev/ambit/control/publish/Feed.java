package dev.ambit.control.publish;

import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.Changes;
import dev.ambit.control.store.StoreFailure;
import dev.ambit.envelope.SessionId;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the change table and publishes what it finds: at once when this process committed a
/// change, and every 500 ms whatever happened, because only the table is the truth. One thread.
final class Feed implements Runnable {
  static final Duration POLL = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

  private final Changes changes;
  private final Proxies proxies;
  private final LongSupplier nanos;
  private final LongConsumer lagNanos;
  private final Semaphore hurry = new Semaphore(0);

  /// Sessions that were told as ended and are not CLOSED yet.
  private final Set<SessionId> ended = new HashSet<>();

  private volatile long hurriedAt;
  private long seen;

  /// Publishes what changed after `seen`.
  ///
  /// @param lagNanos told how long a commit of this process took to reach the streams
  Feed(Changes changes, Proxies proxies, long seen, LongSupplier nanos, LongConsumer lagNanos) {
    this.changes = changes;
    this.proxies = proxies;
    this.seen = seen;
    this.nanos = nanos;
    this.lagNanos = lagNanos;
  }

  /// A change was committed. Any thread; returns at once.
  void hurry() {
    if (hurry.availablePermits() == 0) {
      hurriedAt = nanos.getAsLong();
      hurry.release();
    }
  }

  @Override
  public void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        step();
        if (hurry.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          var _ = hurry.drainPermits();
          var at = hurriedAt;
          step();
          lagNanos.accept(nanos.getAsLong() - at);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Reads and publishes once. A store that does not answer renews no lease.
  void step() {
    var began = nanos.getAsLong();
    try {
      var batch = changes.after(seen);
      if (batch.sessions().size() > Changes.READ_MAX) {
        proxies.restart(
            Status.UNAVAILABLE.withDescription("changes: too many (expected: attach again)"));
      }
      proxies.publish(
          batch.version(), batch.sessions().stream().filter(this::isNews).toList(), began);
      seen = batch.version();
    } catch (StoreFailure failure) {
      LOG.error("store: changes cannot be read, no lease is renewed", failure);
    }
  }

  /// Whether proxies have to hear of it: an end they have heard of changes nothing for them when it
  /// is complete. Who attached between the two was not told of the session.
  private boolean isNews(StoredSession changed) {
    return switch (changed.state()) {
      case ACTIVE, SUSPENDED -> true;
      case CLOSING -> {
        var _ = ended.add(changed.id());
        yield true;
      }
      case CLOSED -> !ended.remove(changed.id());
    };
  }
}
