package dev.ambit.proxy.control;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The answer of a call with exactly one, as a stage that completes on the loop.
final class OneAnswer<T> implements StreamObserver<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();

  CompletionStage<T> stage() {
    return future;
  }

  @Override
  public void onNext(T value) {
    future.complete(value);
  }

  @Override
  public void onError(Throwable failed) {
    future.completeExceptionally(failed);
  }

  @Override
  public void onCompleted() {
    future.completeExceptionally(new IllegalStateException("ended without an answer"));
  }
}
