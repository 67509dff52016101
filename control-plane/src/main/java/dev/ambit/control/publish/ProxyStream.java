package dev.ambit.control.publish;

import dev.ambit.proto.v1.AttachResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;

/// Sends to one attached proxy, in order. What the connection does not take at once waits here, up
/// to a bound; a proxy slower than that is dropped, and starts anew from a snapshot. Thread-safe;
/// never blocks.
final class ProxyStream {
  /// Messages that wait for one proxy.
  static final int WAITING_MAX = 64;

  private final ServerCallStreamObserver<AttachResponse> observer;
  private final Queue<AttachResponse> waiting = new ArrayDeque<>();
  private boolean ended;

  ProxyStream(ServerCallStreamObserver<AttachResponse> observer) {
    this.observer = observer;
    observer.setOnReadyHandler(this::drain);
    observer.setOnCancelHandler(this::gone);
  }

  /// Sends now or when the connection takes it.
  synchronized void send(AttachResponse message) {
    if (ended) {
      return;
    }
    if (waiting.size() >= WAITING_MAX) {
      end(Status.RESOURCE_EXHAUSTED.withDescription("proxy: too slow (expected: attach again)"));
      return;
    }
    waiting.add(message);
    drain();
  }

  /// Ends the stream; what waits is not sent.
  synchronized void end(Status status) {
    if (ended) {
      return;
    }
    ended = true;
    waiting.clear();
    observer.onError(status.asRuntimeException());
  }

  /// The proxy has gone; nothing more is sent.
  synchronized void gone() {
    ended = true;
    waiting.clear();
  }

  private synchronized void drain() {
    while (!ended && observer.isReady() && !waiting.isEmpty()) {
      observer.onNext(waiting.remove());
    }
  }
}
