package dev.ambit.proxy.audit;

import dev.ambit.proto.v1.RecordRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that writes the spool: everything that waits goes to disk with one force (group
/// commit), and what waited for it is told on the loop. Its methods are called on the loop; the
/// number of jobs is bounded by [Journal], which counts the bytes it hands over.
final class SpoolWriter {
  private static final int BATCH_MAX = 1_024;
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// How long the end of a call may wait for company.
  private static final long COMPANY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final Logger LOG = LoggerFactory.getLogger(SpoolWriter.class);

  private final Spool spool;
  private final Executor loop;
  private final LinkedTransferQueue<Job> jobs = new LinkedTransferQueue<>();
  private final Thread thread;
  private volatile long bytes;
  private volatile long count;
  private volatile boolean failing;
  private volatile BooleanSupplier whole = () -> false;

  SpoolWriter(Spool spool, Executor loop) {
    this.spool = spool;
    this.loop = loop;
    this.bytes = spool.bytes();
    this.count = spool.count();
    this.thread = Thread.ofPlatform().name("ambit-audit").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Writes a record whose failure its call must know: true when it is durable.
  CompletionStage<Boolean> write(Spool.Entry entry) {
    return addNow(new Append(entry, false, new CompletableFuture<>()));
  }

  /// Writes a record that must not be lost: it is tried until it is durable, before anything later.
  CompletionStage<Boolean> keep(Spool.Entry entry) {
    return addNow(new Append(entry, true, new CompletableFuture<>()));
  }

  /// As [#keep], for the end of a call whose intent was written before. It wakes nobody: it goes to
  /// disk with whatever comes next, or after 50 ms. A kill in that time makes it `unknown`.
  CompletionStage<Boolean> keepSoon(Spool.Entry entry) {
    var append = new Append(entry, true, new CompletableFuture<>());
    jobs.add(append);
    return append.done();
  }

  private CompletionStage<Boolean> addNow(Append append) {
    addNow((Job) append);
    return append.done();
  }

  private void addNow(Job job) {
    jobs.add(job);
    LockSupport.unpark(thread);
  }

  CompletionStage<Optional<RecordRequest>> next() {
    var read = new Read(new CompletableFuture<>());
    addNow(read);
    return read.done();
  }

  void rewind() {
    addNow(new Rewind());
  }

  void acknowledged(String chain, long upTo) {
    addNow(new Acknowledged(chain, upTo));
  }

  /// Completes when everything that was handed over before is durable.
  CompletionStage<Reach> reach(long lostUntil) {
    var reached = new Reached(lostUntil, new CompletableFuture<>());
    addNow(reached);
    return reached.done();
  }

  /// Bytes on disk; any thread.
  long bytes() {
    return bytes;
  }

  /// Records of this boot; any thread.
  long count() {
    return count;
  }

  /// Whether the last write failed; any thread.
  boolean failing() {
    return failing;
  }

  /// Writes what waits and ends. Blocks at most as long as that takes, and 5 s.
  ///
  /// @param nothingLost whether what was handed over is everything that was decided; asked last
  void close(BooleanSupplier nothingLost) {
    whole = nothingLost;
    addNow(new Stop());
    try {
      thread.join(5_000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    var kept = new ArrayList<Append>();
    var reached = new ArrayList<Reached>();
    var taken = new ArrayList<Job>();
    try (spool) {
      var running = true;
      while (running) {
        taken.clear();
        if (jobs.isEmpty()) {
          pause(!kept.isEmpty());
        }
        jobs.drainTo(taken, BATCH_MAX);
        running =
            taken.stream().noneMatch(Stop.class::isInstance)
                && !Thread.currentThread().isInterrupted();
        for (var job : taken) {
          switch (job) {
            case Append append -> kept.add(append);
            case Reached last -> reached.add(last);
            case Read _, Rewind _, Acknowledged _, Stop _ -> {}
          }
        }
        commit(kept);
        if (kept.isEmpty()) {
          tell(reached);
        }
        for (var job : taken) {
          perform(job);
        }
        bytes = spool.bytes();
      }
      if (kept.isEmpty() && jobs.isEmpty() && whole.getAsBoolean()) {
        spool.leaveWhole();
      }
    } catch (IOException failed) {
      LOG.atWarn().addArgument(failed.getMessage()).log("spool not closed: {}");
    }
  }

  /// Waits for the next job. While a call is open its end may come without waking anybody.
  private void pause(boolean failed) {
    if (failed) {
      LockSupport.parkNanos(this, RETRY_NANOS);
    } else if (spool.callsOpen()) {
      LockSupport.parkNanos(this, COMPANY_NANOS);
    } else {
      LockSupport.park(this);
    }
  }

  /// Writes all of it at once; what may be refused is refused when that fails, the rest stays.
  private void commit(List<Append> waiting) {
    if (waiting.isEmpty()) {
      return;
    }
    try {
      spool.append(waiting.stream().map(Append::entry).toList());
      bytes = spool.bytes();
      count = spool.count();
      failing = false;
      tell(List.copyOf(waiting), true);
      waiting.clear();
    } catch (IOException failed) {
      if (!failing) {
        LOG.atError().addArgument(failed.toString()).log("spool unwritable, calls are denied: {}");
      }
      failing = true;
      tell(waiting.stream().filter(append -> !append.mustStay()).toList(), false);
      waiting.removeIf(append -> !append.mustStay());
    }
  }

  private void tell(List<Append> appends, boolean durable) {
    if (!appends.isEmpty()) {
      loop.execute(() -> appends.forEach(append -> append.done().complete(durable)));
    }
  }

  private void tell(List<Reached> reached) {
    for (var one : reached) {
      var reach = spool.reach(one.lostUntil());
      loop.execute(() -> one.done().complete(reach));
    }
    reached.clear();
  }

  private void perform(Job job) {
    try {
      switch (job) {
        case Read(var done) -> {
          var read = spool.next();
          loop.execute(() -> done.complete(read));
        }
        case Rewind() -> spool.rewind();
        case Acknowledged(String chain, long upTo) -> spool.acknowledged(chain, upTo);
        case Append _, Reached _, Stop _ -> {}
      }
    } catch (IOException failed) {
      LOG.atError().addArgument(failed.toString()).log("spool: {}");
      if (job instanceof Read(var done)) {
        loop.execute(() -> done.complete(Optional.empty()));
      }
    }
  }

  /// What the thread is asked to do, in order.
  private sealed interface Job {}

  private record Append(Spool.Entry entry, boolean mustStay, CompletableFuture<Boolean> done)
      implements Job {}

  private record Read(CompletableFuture<Optional<RecordRequest>> done) implements Job {}

  private record Reached(long lostUntil, CompletableFuture<Reach> done) implements Job {}

  private record Rewind() implements Job {}

  private record Acknowledged(String chain, long upTo) implements Job {}

  private record Stop() implements Job {}
}
