package dev.ambit.control.closure;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// At most one virtual thread for each thing that has work, found again by asking, until it is
/// closed. What a thread dies of is logged; the next look at the store starts it again.
/// Thread-safe.
final class Crew implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Crew.class);
  private static final int MEMBERS_MAX = 10_000;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final String name;
  private final ConcurrentMap<String, Thread> members = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Crew(String name) {
    this.name = name;
  }

  /// Starts one thread for each key that has none. Keys beyond [#MEMBERS_MAX] wait for a later
  /// call.
  void employ(Collection<String> keys, Job job) {
    for (var key : keys) {
      if (!closed && members.size() < MEMBERS_MAX) {
        employ(key, job);
      }
    }
  }

  /// Waits, or until the thread is hurried.
  static void pause(Duration pause) throws InterruptedException {
    LockSupport.parkNanos(pause.toNanos());
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /// Ends the pause that a thread for this key may be in.
  void hurry(String key) {
    var member = members.get(key);
    if (member != null) {
      LockSupport.unpark(member);
    }
  }

  /// Interrupts all and waits for them, [#PATIENCE] at most for all together: the store closes
  /// next, and what a thread would still have written is done again after the next start.
  @Override
  public void close() {
    closed = true;
    var left = List.copyOf(members.values());
    left.forEach(Thread::interrupt);
    var end = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (var member : left) {
        member.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void employ(String key, Job job) {
    var fresh =
        Thread.ofVirtual()
            .name(name + "-" + key)
            .uncaughtExceptionHandler((_, failure) -> LOG.error("{} {} failed", name, key, failure))
            .unstarted(() -> {
              try {
                job.run(key);
              } catch (InterruptedException _) {
                LOG.debug("{} {} stopped", name, key);
              } finally {
                members.remove(key, Thread.currentThread());
              }
            });
    if (members.putIfAbsent(key, fresh) == null) {
      fresh.start();
    }
  }

  /// The work for one key.
  interface Job {
    void run(String key) throws InterruptedException;
  }
}
