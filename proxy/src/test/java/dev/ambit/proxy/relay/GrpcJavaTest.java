package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.model.Limits;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.grpc.CallOptions;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// grpc-java on both sides behaves through the proxy as it does directly.
class GrpcJavaTest {
  private static final MethodDescriptor<String, String> GET = method("Get", MethodType.UNARY);
  private static final MethodDescriptor<String, String> DELETE = method("Delete", MethodType.UNARY);
  private static final MethodDescriptor<String, String> TALK =
      method("Get", MethodType.BIDI_STREAMING);

  private DataPlane proxy;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    var ca = DataPlane.upstreamCa();
    var keys = Keys.generate();
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
    var leaf =
        ca.issue(keys.getPublic(), Leaf.server(validity, new SubjectName.Dns(DataPlane.GOOD)));
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(keys.getPrivate(), leaf, ca.certificate()))
                    .build())
            .addService(
                ServerServiceDefinition.builder("notes.v1.Notes")
                    .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(GrpcJavaTest::talk))
                    .build())
            .build()
            .start();
    proxy = new DataPlane(Limits.DEFAULT, ca, server.getPort(), 1);
    proxy.put(GrpcEnvelope.of(proxy.envelope()));
    channel =
        NettyChannelBuilder.forAddress(DataPlane.GOOD, server.getPort())
            .proxyDetector(to ->
                HttpConnectProxiedSocketAddress.newBuilder()
                    .setProxyAddress(proxy.address)
                    .setTargetAddress(
                        InetSocketAddress.createUnresolved(DataPlane.GOOD, server.getPort()))
                    .build())
            .sslContext(GrpcSslContexts.forClient().trustManager(proxy.podCertificate()).build())
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    proxy.close();
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  @Test
  void aGrantedCallIsAnswered() {
    assertThat(ask(GET, "one", CallOptions.DEFAULT)).isEqualTo("one");
  }

  @Test
  void anotherMethodIsRefusedWithAStatusThatSaysWhatIsGranted() {
    assertThatThrownBy(() -> ask(DELETE, "one", CallOptions.DEFAULT))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
              assertThat(refused.getStatus().getDescription()).contains("notes.v1.Notes/Get");
            });
  }

  @Test
  void theStatusOfTheUpstreamComesThrough() {
    assertThatThrownBy(() -> ask(GET, "fail", CallOptions.DEFAULT))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> {
              assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
              assertThat(failed.getStatus().getDescription()).isEqualTo("as asked");
            });
  }

  @Test
  void aDeadlineEndsTheCall() {
    assertThatThrownBy(() ->
            ask(GET, "never", CallOptions.DEFAULT.withDeadlineAfter(500, TimeUnit.MILLISECONDS)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            late ->
                assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
  }

  @Test
  void messagesGoBackAndForth() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    var over = new CountDownLatch(1);
    var talk =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(TALK, CallOptions.DEFAULT),
            new StreamObserver<String>() {
              @Override
              public void onNext(String message) {
                heard.add(message);
              }

              @Override
              public void onError(Throwable failed) {
                heard.add(failed.toString());
                over.countDown();
              }

              @Override
              public void onCompleted() {
                over.countDown();
              }
            });
    for (int i = 0; i < 200; i++) {
      talk.onNext("m" + i);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("m" + i);
    }
    talk.onCompleted();
    assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(heard).isEmpty();
  }

  @Test
  void aLargeMessageComesWholeBothWays() {
    var large = "x".repeat(3 << 20);
    assertThat(ask(GET, large, CallOptions.DEFAULT)).isEqualTo(large);
  }

  private String ask(MethodDescriptor<String, String> method, String message, CallOptions options) {
    return ClientCalls.blockingUnaryCall(channel, method, options, message);
  }

  private static StreamObserver<String> talk(StreamObserver<String> back) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String message) {
        if (message.equals("fail")) {
          silent = true;
          back.onError(Status.DATA_LOSS.withDescription("as asked").asRuntimeException());
        } else if (!message.equals("never")) {
          back.onNext(message);
        } else {
          silent = true;
        }
      }

      private boolean silent;

      @Override
      public void onError(Throwable failed) {}

      @Override
      public void onCompleted() {
        if (!silent) {
          back.onCompleted();
        }
      }
    };
  }

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName("notes.v1.Notes/" + name)
        .setRequestMarshaller(new Text())
        .setResponseMarshaller(new Text())
        .build();
  }

  /// Messages that are text.
  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String text) {
      return new ByteArrayInputStream(text.getBytes(US_ASCII));
    }

    @Override
    public String parse(InputStream bytes) {
      try {
        return new String(bytes.readAllBytes(), US_ASCII);
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }
}
