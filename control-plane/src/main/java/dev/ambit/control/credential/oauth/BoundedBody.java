package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Material;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// Takes a response body of at most [#BYTES_MAX] into one array that is wiped; a longer one fails
/// the exchange. Called by one thread at a time.
final class BoundedBody implements HttpResponse.BodySubscriber<Material> {
  static final int BYTES_MAX = 64 * 1_024;

  private final CompletableFuture<Material> body = new CompletableFuture<>();
  private final byte[] bytes = new byte[BYTES_MAX];
  private int length;
  private Flow.@Nullable Subscription subscription;

  @Override
  public CompletionStage<Material> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (var buffer : buffers) {
      if (buffer.remaining() > BYTES_MAX - length) {
        if (subscription != null) {
          subscription.cancel();
        }
        fail(new IOException("body: too long (expected: at most " + BYTES_MAX + " bytes)"));
        return;
      }
      var count = buffer.remaining();
      buffer.get(bytes, length, count);
      length += count;
    }
  }

  @Override
  public void onError(Throwable failure) {
    fail(failure);
  }

  @Override
  public void onComplete() {
    body.complete(new Material(Arrays.copyOf(bytes, length)));
    Arrays.fill(bytes, (byte) 0);
  }

  private void fail(Throwable failure) {
    Arrays.fill(bytes, (byte) 0);
    length = BYTES_MAX; // whatever else comes is dropped
    body.completeExceptionally(failure);
  }
}
