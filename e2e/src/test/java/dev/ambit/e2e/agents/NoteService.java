package dev.ambit.e2e.agents;

import dev.ambit.e2e.clients.TextMessages;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// An upstream of gRPC with a method of one message and one of many, which remembers the key that
/// each call brought.
final class NoteService implements AutoCloseable {
  private static final String SERVICE = "notes.v1.Notes";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final EventLoopGroup loops;
  private final Server server;
  private final List<String> keys;

  private NoteService(EventLoopGroup loops, Server server, List<String> keys) {
    this.loops = loops;
    this.server = server;
    this.keys = keys;
  }

  /// Starts it in the network of the calling thread: the loop that opens its socket is made by it.
  /// It has no thread from gRPC's own pools, where one that began in that network would stay, and
  /// begin those by which other tests connect.
  static NoteService start(InetSocketAddress address, SslContextBuilder tls) throws IOException {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var keys = new CopyOnWriteArrayList<String>();
    var server =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .channelType(NioServerSocketChannel.class)
            .directExecutor()
            .sslContext(GrpcSslContexts.configure(tls).build())
            .addService(
                ServerServiceDefinition.builder(SERVICE)
                    .addMethod(
                        method("Get", MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(NoteService::get))
                    .addMethod(
                        method("Talk", MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(NoteService::talk))
                    .build())
            .intercept(new Noting(keys))
            .build()
            .start();
    return new NoteService(loops, server, keys);
  }

  int port() {
    return server.getPort();
  }

  /// The keys that calls brought since it was asked last.
  List<String> keys() {
    var noted = List.copyOf(keys);
    keys.clear();
    return noted;
  }

  static String path(String method) {
    return "/" + SERVICE + "/" + method;
  }

  @Override
  public void close() {
    server.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static void get(String message, StreamObserver<String> back) {
    if (message.equals("fail")) {
      back.onError(Status.DATA_LOSS.withDescription("as it was asked for").asRuntimeException());
    } else {
      back.onNext(message);
      back.onCompleted();
    }
  }

  private static StreamObserver<String> talk(StreamObserver<String> back) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String message) {
        back.onNext(message);
      }

      @Override
      public void onError(Throwable failed) {}

      @Override
      public void onCompleted() {
        back.onCompleted();
      }
    };
  }

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName(SERVICE + "/" + name)
        .setRequestMarshaller(new TextMessages())
        .setResponseMarshaller(new TextMessages())
        .build();
  }

  /// Remembers the key that each call brought.
  private record Noting(List<String> keys) implements ServerInterceptor {
    @Override
    public <T, R> ServerCall.Listener<T> interceptCall(
        ServerCall<T, R> call, Metadata headers, ServerCallHandler<T, R> next) {
      keys.add(String.valueOf(headers.get(AUTHORIZATION)));
      return next.startCall(call, headers);
    }
  }
}
