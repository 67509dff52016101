package dev.ambit.e2e.clients;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The client grpc-java, with its defaults; told what to do, and answering, as `with_grpcio.py` is
/// and does.
final class GrpcMain {
  private static final int SECONDS = 60;

  private GrpcMain() {}

  public static void main(String[] words) throws InterruptedException {
    var channel = NettyChannelBuilder.forTarget(words[1]).build();
    try {
      var answer =
          words[0].equals("ask")
              ? ask(channel, words[2], words[3])
              : talk(channel, words[2], Integer.parseInt(words[3]));
      System.out.println("OK " + answer);
    } catch (StatusRuntimeException failed) {
      var status = failed.getStatus();
      System.out.println(status.getCode() + " " + status.getDescription());
    } finally {
      channel.shutdownNow().awaitTermination(SECONDS, TimeUnit.SECONDS);
    }
  }

  private static String ask(ManagedChannel channel, String method, String message) {
    return ClientCalls.blockingUnaryCall(
        channel, method(method, MethodType.UNARY), options(), message);
  }

  private static String talk(ManagedChannel channel, String method, int count)
      throws InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    var call = channel.newCall(method(method, MethodType.BIDI_STREAMING), options());
    var said =
        (ClientCallStreamObserver<String>)
            ClientCalls.asyncBidiStreamingCall(
                call,
                new StreamObserver<String>() {
                  @Override
                  public void onNext(String message) {
                    heard.add(message);
                  }

                  @Override
                  public void onError(Throwable failed) {
                    heard.add(failed.toString());
                  }

                  @Override
                  public void onCompleted() {
                    heard.add("over");
                  }
                });
    var answer = "";
    for (int turn = 0; turn < count; turn++) {
      said.onNext("m" + turn);
      answer = heard.take();
    }
    said.onCompleted();
    var end = heard.take();
    return end.equals("over") ? answer : end;
  }

  private static CallOptions options() {
    return CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private static MethodDescriptor<String, String> method(String path, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName(path.substring(1))
        .setRequestMarshaller(new TextMessages())
        .setResponseMarshaller(new TextMessages())
        .build();
  }
}
