package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Calls leave the event loop and do not come back to it.
class CallsTest {
  @Test
  void neverEndsAStreamOnTheThreadThatBeganIt() {
    var threads = new ArrayList<Thread>();
    var observer =
        new StreamObserver<String>() {
          @Override
          public void onNext(String message) {
            threads.add(Thread.currentThread());
          }

          @Override
          public void onError(Throwable failure) {
            throw new AssertionError(failure);
          }

          @Override
          public void onCompleted() {
            threads.add(Thread.currentThread());
          }
        };
    new Calls(new Swift())
        .stream(
            new Caller.Bootstrap(),
            observer,
            _ -> {
              observer.onNext("told at once");
              return new Answer.Given<>(true);
            });
    assertThat(threads).hasSize(2).doesNotContain(Thread.currentThread());
  }

  /// Has done its work on another thread before anybody can look.
  private static final class Swift extends AbstractExecutorService {
    @Override
    public void execute(Runnable work) {
      try {
        Thread.ofVirtual().start(work).join();
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long patience, TimeUnit unit) {
      return true;
    }
  }
}
