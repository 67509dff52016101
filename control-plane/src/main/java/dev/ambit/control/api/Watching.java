package dev.ambit.control.api;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.Refusal;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.proto.v1.Session;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// Follows sessions for whoever watches. A commit of this process is seen at once, everything else
/// (a credential that was settled, a proxy that attached) within half a second.
final class Watching {
  /// Watchers at a time.
  static final int WATCHERS_MAX = 256;

  /// Watchers of one caller at a time: one workload must not take the room of all.
  static final int CALLER_MAX = 64;

  private static final Duration POLL = Duration.ofMillis(500);

  private final Sessions sessions;
  private final SessionViews views;
  private final Semaphore room = new Semaphore(WATCHERS_MAX);
  private final ConcurrentMap<String, Integer> byCaller = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long commits;
  private volatile boolean stopped;

  Watching(Sessions sessions, SessionViews views) {
    this.sessions = sessions;
    this.views = views;
  }

  /// A change was committed. Any thread; returns at once.
  void hurry() {
    lock.lock();
    try {
      commits++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends every watch: whoever follows asks again, and reaches the next process.
  void stop() {
    stopped = true;
    hurry();
  }

  /// Tells the session now and after every change until it is CLOSED or the watcher has gone.
  /// Blocks for as long.
  ///
  /// @param watcher takes a view; false when it has gone
  Answer<Boolean> follow(Caller caller, String id, Predicate<Session> watcher, Liveness alive) {
    if (!room.tryAcquire()) {
      return full("watchers", WATCHERS_MAX);
    }
    if (byCaller.merge(caller.name(), 1, Integer::sum) > CALLER_MAX) {
      leave(caller);
      return full("watchers of the caller", CALLER_MAX);
    }
    try {
      return followOn(caller, id, watcher, alive);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new Answer.Given<>(false);
    } finally {
      leave(caller);
    }
  }

  private void leave(Caller caller) {
    byCaller.computeIfPresent(caller.name(), (_, count) -> count == 1 ? null : count - 1);
    room.release();
  }

  private static <T> Answer<T> full(String what, int max) {
    return Answer.refuse(
        Refusal.Kind.FULL, what, what + ": " + max + " (expected: fewer than " + max + ")");
  }

  private Answer<Boolean> followOn(
      Caller caller, String id, Predicate<Session> watcher, Liveness alive)
      throws InterruptedException {
    var last = Session.getDefaultInstance();
    var seen = 0L;
    while (alive.listening() && !stopped) {
      switch (sessions.get(caller, id)) {
        case Answer.Refused<StoredSession>(var refusal) -> {
          return new Answer.Refused<>(refusal);
        }
        case Answer.Given<StoredSession>(var session) -> {
          var view = views.brief(session);
          if (!view.equals(last) && !watcher.test(view)) {
            return new Answer.Given<>(false);
          }
          last = view;
          if (session.state() == SessionState.CLOSED) {
            return new Answer.Given<>(true);
          }
        }
      }
      seen = pause(seen);
    }
    return stopped
        ? Answer.refuse(
            Refusal.Kind.STOPPING,
            "control plane",
            "control plane: shutting down (expected: watch again)")
        : new Answer.Given<>(false);
  }

  /// Waits for a commit after those `seen`, or for half a second.
  private long pause(long seen) throws InterruptedException {
    lock.lock();
    try {
      var left = POLL.toNanos();
      while (commits == seen && left > 0) {
        left = changed.awaitNanos(left);
      }
      return commits;
    } finally {
      lock.unlock();
    }
  }

  /// Tells whether a watcher is still there.
  interface Liveness {
    boolean listening();
  }
}
