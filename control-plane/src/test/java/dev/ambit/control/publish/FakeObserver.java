package dev.ambit.control.publish;

import dev.ambit.proto.v1.AttachResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sending side of a stream whose connection takes as much as a test lets it.
final class FakeObserver extends ServerCallStreamObserver<AttachResponse> {
  final List<AttachResponse> sent = new ArrayList<>();
  @Nullable Status ended;
  private boolean ready = true;
  private Runnable onReady = () -> {};

  void ready(boolean now) {
    ready = now;
    if (now) {
      onReady.run();
    }
  }

  @Override
  public void onNext(AttachResponse message) {
    sent.add(message);
  }

  @Override
  public void onError(Throwable failure) {
    ended = Status.fromThrowable(failure);
  }

  @Override
  public void onCompleted() {
    ended = Status.OK;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {
    onReady = handler;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {}

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void setCompression(String compression) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}
}
