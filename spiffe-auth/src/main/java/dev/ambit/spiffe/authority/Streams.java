package dev.ambit.spiffe.authority;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The open streams of one kind, which all shall have the newest answer. A reader that lags skips
/// what was overtaken, so nothing piles up. Thread-safe.
final class Streams<T> {
  private final Set<Stream> open = new LinkedHashSet<>();
  private @Nullable T newest;
  private long version;

  /// Adds a stream and answers it with the newest, or ends it if there is none.
  synchronized void add(StreamObserver<T> observer) {
    if (newest == null) {
      observer.onError(noIdentity());
      return;
    }
    var stream = new Stream((ServerCallStreamObserver<T>) observer);
    open.add(stream);
    stream.call.setOnCancelHandler(() -> remove(stream));
    stream.call.setOnReadyHandler(() -> flush(stream));
    flush(stream);
  }

  synchronized void publish(T answer) {
    newest = answer;
    version++;
    for (var stream : open) {
      flush(stream);
    }
  }

  /// Ends all streams, and those to come, with the status of a workload without an identity.
  synchronized void deny() {
    newest = null;
    for (var stream : open) {
      stream.call.onError(noIdentity());
    }
    open.clear();
  }

  private synchronized void remove(Stream stream) {
    open.remove(stream);
  }

  private synchronized void flush(Stream stream) {
    if (newest != null && stream.sent != version && stream.call.isReady()) {
      stream.sent = version;
      stream.call.onNext(newest);
    }
  }

  static RuntimeException noIdentity() {
    return Status.PERMISSION_DENIED.withDescription("no identity issued").asRuntimeException();
  }

  private final class Stream {
    final ServerCallStreamObserver<T> call;
    long sent;

    Stream(ServerCallStreamObserver<T> call) {
      this.call = call;
    }
  }
}
