package dev.ambit.control.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Runs the writes of all threads one after the other on one thread, and puts those that wait at
/// the same time into one transaction: what a commit costs is the disk's word for it, and that
/// costs the same for many. Each stands behind a savepoint of its own, so that one that fails takes
/// back itself alone. Thread-safe.
final class Commits implements AutoCloseable {
  /// Writes in one transaction at most, so that the first does not wait for ever.
  static final int TOGETHER_MAX = 64;

  private static final String OWN = "own";
  private static final Write<?> LAST = new Write<>(_ -> null);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Jdbi writer;
  // Holds no more than there are threads that wait.
  private final BlockingQueue<Write<?>> waiting = new LinkedBlockingQueue<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("store-writer").unstarted(this::run);
  private boolean closed;

  Commits(Jdbi writer) {
    this.writer = writer;
    thread.start();
  }

  /// Returns when the work is on disk. Not to be called by work itself.
  <T> T write(HandleCallback<T, RuntimeException> work) {
    if (Thread.currentThread().equals(thread)) {
      throw new IllegalStateException(
          "store: a write within a write (expected: one after another)");
    }
    var write = new Write<>(work);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("store: closed (expected: open)");
      }
      waiting.add(write);
    }
    return write.await();
  }

  /// Ends when what waits is written; whoever comes later is refused.
  @Override
  public void close() {
    synchronized (this) {
      if (!closed) {
        closed = true;
        waiting.add(LAST);
      }
    }
    try {
      var _ = thread.join(PATIENCE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    var together = new ArrayList<Write<?>>();
    try {
      for (var last = false; !last; together.clear()) {
        together.add(waiting.take());
        var _ = waiting.drainTo(together, TOGETHER_MAX - 1);
        last = together.remove(LAST);
        commit(together);
      }
    } catch (InterruptedException impossible) {
      throw new AssertionError("nobody interrupts this thread", impossible);
    }
  }

  private void commit(List<Write<?>> together) {
    var commit =
        new FutureTask<>(
            () -> writer.useTransaction(tx -> together.forEach(write -> write.run(tx))), true);
    commit.run();
    if (commit.state() == Future.State.SUCCESS) {
      together.forEach(Write::tell);
    } else {
      together.forEach(write -> write.fail(commit.exceptionNow()));
    }
  }

  /// One write, and who waits for it.
  private static final class Write<T> {
    private final HandleCallback<T, RuntimeException> work;
    private final CompletableFuture<T> told = new CompletableFuture<>();
    private @Nullable T result;
    private @Nullable Throwable failure;

    Write(HandleCallback<T, RuntimeException> work) {
      this.work = work;
    }

    void run(Handle tx) {
      tx.savepoint(OWN);
      var run = new FutureTask<>(() -> work.withHandle(tx));
      run.run();
      if (run.state() == Future.State.SUCCESS) {
        result = run.resultNow();
        tx.releaseSavepoint(OWN);
      } else {
        failure = run.exceptionNow();
        tx.rollbackToSavepoint(OWN);
      }
    }

    /// It is on disk, or has taken back itself.
    void tell() {
      if (failure == null) {
        told.complete(result);
      } else {
        told.completeExceptionally(failure);
      }
    }

    /// Nothing of the transaction is kept. What failed by itself is told its own reason.
    void fail(Throwable why) {
      told.completeExceptionally(failure == null ? why : failure);
    }

    /// Uninterrupted: what was handed over is written, and its caller must know of it.
    T await() {
      try {
        return told.join();
      } catch (CompletionException failed) {
        switch (failed.getCause()) {
          case RuntimeException cause -> throw cause;
          case Error cause -> throw cause;
          case null, default -> throw failed;
        }
      }
    }
  }
}
