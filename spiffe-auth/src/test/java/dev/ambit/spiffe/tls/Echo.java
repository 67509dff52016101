package dev.ambit.spiffe.tls;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// A gRPC server, on a port of the system's choice, that answers each caller with the SPIFFE ID by
/// which it knows it; and calls to it.
final class Echo implements AutoCloseable {
  private static final MethodDescriptor<String, String> WHO_AM_I =
      MethodDescriptor.newBuilder(new Utf8(), new Utf8())
          .setType(MethodType.UNARY)
          .setFullMethodName("test.Echo/WhoAmI")
          .build();

  private final Server server;

  Echo(SslContext context) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(context)
            .addService(
                ServerServiceDefinition.builder("test.Echo")
                    .addMethod(WHO_AM_I, (call, _) -> answer(call))
                    .build())
            .build()
            .start();
  }

  /// One call on a connection of its own. Throws the status that the caller sees.
  String call(SslContext client) {
    var channel = channel(client);
    try {
      return call(channel);
    } finally {
      close(channel);
    }
  }

  static String call(ManagedChannel channel) {
    return ClientCalls.blockingUnaryCall(
        channel, WHO_AM_I, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), "");
  }

  ManagedChannel channel(SslContext client) {
    return NettyChannelBuilder.forAddress("localhost", server.getPort()).sslContext(client).build();
  }

  static void close(ManagedChannel channel) {
    try {
      assert channel.shutdown().awaitTermination(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static ServerCall.Listener<String> answer(ServerCall<String, String> call) {
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        call.sendHeaders(new Metadata());
        call.sendMessage(String.valueOf(PeerIdentity.of(session)));
        call.close(Status.OK, new Metadata());
      }
    };
  }

  private static final class Utf8 implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
