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

  /// Sends now or when the connection takes it. False when the stream is over, or is by this.
  synchronized boolean send(AttachResponse message) {
    if (ended) {
      return false;
    }
    if (waiting.size() >= WAITING_MAX) {
      end(Status.RESOURCE_EXHAUSTED.withDescription("proxy: too slow (expected: attach again)"));
      return false;
    }
    waiting.add(message);
    drain();
    return true;
  }

  /// Whether nothing is sent any more. What the proxy still says on it means nothing, either.
  synchronized boolean ended() {
    return ended;
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

  /// Ends the stream of a proxy that took leave.
  synchronized void complete() {
    if (!ended) {
      ended = true;
      waiting.clear();
      observer.onCompleted();
    }
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
