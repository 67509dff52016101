package dev.ambit.control.testing;

import com.google.protobuf.Duration;
import dev.ambit.proto.v1.Ack;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.Detach;
import dev.ambit.proto.v1.Heartbeat;
import dev.ambit.proto.v1.Hello;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.Recorded;
import dev.ambit.proto.v1.SessionActivity;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A proxy that says what a test tells it to.
public final class ScriptedProxy {
  private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
  private final StreamObserver<AttachRequest> says;

  public ScriptedProxy(ManagedChannel channel) {
    says =
        ProxyServiceGrpc.newStub(channel)
            .attach(
                new StreamObserver<>() {
                  @Override
                  public void onNext(AttachResponse message) {
                    heard.add(message);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    heard.add(failure);
                  }

                  @Override
                  public void onCompleted() {
                    heard.add("completed");
                  }
                });
  }

  /// Reports a call of the session, made just now.
  public void beat(long n, String session) {
    says.onNext(
        AttachRequest.newBuilder()
            .setHeartbeat(
                Heartbeat.newBuilder()
                    .setN(n)
                    .addActivity(
                        SessionActivity.newBuilder()
                            .setSessionId(session)
                            .setAge(Duration.getDefaultInstance())))
            .build());
  }

  public void hello(String proxy, String boot) {
    says.onNext(
        AttachRequest.newBuilder()
            .setHello(Hello.newBuilder().setProxyId(proxy).setBootId(boot).setProxyVersion("t"))
            .build());
  }

  /// As [#hello], with the offer to say how far its records stand.
  public void helloWithOffers(String proxy, String boot) {
    says.onNext(
        AttachRequest.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProxyId(proxy)
                    .setBootId(boot)
                    .setProxyVersion("t")
                    .setSaysRecorded(true)
                    .setSpreadsAttempts(true))
            .build());
  }

  public void recorded(Recorded recorded) {
    says.onNext(AttachRequest.newBuilder().setRecorded(recorded).build());
  }

  public void ack(long epoch, long version) {
    says.onNext(
        AttachRequest.newBuilder()
            .setAck(Ack.newBuilder().setEpoch(epoch).setVersion(version))
            .build());
  }

  public void beat(long n) {
    says.onNext(AttachRequest.newBuilder().setHeartbeat(Heartbeat.newBuilder().setN(n)).build());
  }

  public void detach(Recorded last) {
    says.onNext(
        AttachRequest.newBuilder().setDetach(Detach.newBuilder().setRecorded(last)).build());
  }

  public void leave() {
    says.onCompleted();
  }

  /// The next message.
  public AttachResponse next() throws InterruptedException {
    return switch (poll()) {
      case AttachResponse message -> message;
      case Object other -> throw new AssertionError("heard: " + other);
    };
  }

  /// How the stream failed.
  public Throwable failure() throws InterruptedException {
    return switch (poll()) {
      case Throwable failure -> failure;
      case Object other -> throw new AssertionError("heard: " + other);
    };
  }

  /// Whether the stream ended in order.
  public boolean completed() throws InterruptedException {
    return poll().equals("completed");
  }

  /// Whether nothing was heard that was not taken.
  public boolean quiet() {
    return heard.isEmpty();
  }

  private Object poll() throws InterruptedException {
    var message = heard.poll(20, TimeUnit.SECONDS);
    return message == null ? "nothing" : message;
  }
}
