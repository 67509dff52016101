package dev.ambit.control.api;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.Refusal;
import dev.ambit.control.store.StoreFailure;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one call of the API: off the event loop at once, then decode, call, encode on a virtual
/// thread, which may block.
record Calls(ExecutorService threads, Semaphore room) {
  /// Calls at a time; watches have a bound of their own.
  static final int CALLS_MAX = 512;

  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  Calls(ExecutorService threads) {
    this(threads, new Semaphore(CALLS_MAX));
  }

  /// Answers with what the work gives, or with the status of its refusal. What nobody planned is
  /// logged here and told to nobody.
  <T> void serve(StreamObserver<T> observer, Function<Caller, Answer<T>> work) {
    var caller = Identified.caller();
    if (!room.tryAcquire()) {
      observer.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("calls: too many at once (expected: ask again later)")
              .asRuntimeException());
      return;
    }
    var _ =
        CompletableFuture.supplyAsync(() -> work.apply(caller), threads)
            .whenComplete((answer, failure) -> {
              room.release();
              finish(observer, answer, failure);
            });
  }

  /// Runs work that sends its own messages, and ends the call after it.
  void stream(StreamObserver<?> observer, Function<Caller, Answer<Boolean>> work) {
    stream(Identified.caller(), observer, work);
  }

  /// The end is told on a thread of ours, like the messages: told on the event loop, where work
  /// that is done already would have it run, it would overtake messages that wait for that loop.
  void stream(Caller caller, StreamObserver<?> observer, Function<Caller, Answer<Boolean>> work) {
    var _ =
        CompletableFuture.supplyAsync(() -> work.apply(caller), threads)
            .whenCompleteAsync(
                (answer, failure) -> {
                  if (answer instanceof Answer.Given<Boolean>) {
                    observer.onCompleted();
                  } else {
                    observer.onError(error(answer, failure));
                  }
                },
                threads);
  }

  private static <T> void finish(
      StreamObserver<T> observer, @Nullable Answer<T> answer, @Nullable Throwable failure) {
    if (answer instanceof Answer.Given<T>(var value)) {
      observer.onNext(value);
      observer.onCompleted();
    } else {
      observer.onError(error(answer, failure));
    }
  }

  private static StatusRuntimeException error(
      @Nullable Answer<?> answer, @Nullable Throwable failure) {
    if (answer instanceof Answer.Refused<?>(var refusal)) {
      return status(refusal).asRuntimeException();
    }
    var cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
    if (cause instanceof IllegalArgumentException refused) {
      return Status.INVALID_ARGUMENT.withDescription(refused.getMessage()).asRuntimeException();
    }
    if (cause instanceof StoreFailure) {
      LOG.error("api: a call failed with the store", cause);
      return Status.UNAVAILABLE
          .withDescription("store: unavailable (expected: ask again later)")
          .asRuntimeException();
    }
    LOG.error("api: a call failed for a reason nobody planned", cause);
    return Status.INTERNAL.withDescription("internal: see the log").asRuntimeException();
  }

  /// The status a refusal becomes; the message starts with the field.
  static Status status(Refusal refusal) {
    var status =
        switch (refusal.kind()) {
          case INVALID -> Status.INVALID_ARGUMENT;
          case FORBIDDEN -> Status.PERMISSION_DENIED;
          case UNKNOWN -> Status.NOT_FOUND;
          case CONFLICT -> Status.FAILED_PRECONDITION;
          case FULL -> Status.RESOURCE_EXHAUSTED;
          case STOPPING -> Status.UNAVAILABLE;
        };
    var message = refusal.message();
    return status.withDescription(
        message.startsWith(refusal.field()) ? message : refusal.field() + ": " + message);
  }
}
