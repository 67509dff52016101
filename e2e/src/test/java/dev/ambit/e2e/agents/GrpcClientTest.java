package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.clients.GrpcClient;
import dev.ambit.e2e.clients.TextMessages;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
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
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients of gRPC that know nothing but a proxy and a bundle of authorities make calls of one
/// message and of many, and get what the upstream says, or read why they were denied.
class GrpcClientTest {
  private static final String HOST = "notes.test";
  private static final String SERVICE = "notes.v1.Notes";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final List<String> KEYS = new CopyOnWriteArrayList<>();

  @TempDir private static Path folder;
  private static Server server;
  private static WholeSet set;
  private static Map<String, String> variables;

  @BeforeAll
  static void start() throws Exception {
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofDays(1));
    var authority = CertificateAuthority.create("notes", validity);
    var keys = Keys.generate();
    var leaf = authority.issue(keys.getPublic(), Leaf.server(validity, new SubjectName.Dns(HOST)));
    var roots =
        Files.writeString(
            folder.resolve("notes.pem"), Pem.certificates(List.of(authority.certificate())));
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(SslContextBuilder.forServer(keys.getPrivate(), leaf))
                    .build())
            .addService(
                ServerServiceDefinition.builder(SERVICE)
                    .addMethod(
                        method("Get", MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(GrpcClientTest::get))
                    .addMethod(
                        method("Talk", MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(GrpcClientTest::talk))
                    .build())
            .intercept(new Noting())
            .build()
            .start();
    set =
        WholeSet.start(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: notes }
            spec:
              hosts: [HOST]
              ports: [PORT]
              protocol: grpc
              tls: { roots: { bundle: { file: ROOTS } } }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: notes }
            spec:
              openers: [bootstrap]
              workloads: ["spiffe://demo.test/agent"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
              grants:
                - name: notes
                  target: notes
                  grpc: { methods: [notes.v1.Notes/Get, notes.v1.Notes/Talk] }
                  credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
            """
                .replace("HOST", HOST)
                .replace("PORT", Integer.toString(server.getPort()))
                .replace("ROOTS", roots.toString()),
            Set.of(server.getPort()));
    var _ = set.open("notes");
    variables = set.agentVariables();
  }

  @AfterAll
  static void stop() {
    set.close();
    server.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void getsTheAnswerToAMessageWithACredentialItNeverSees(GrpcClient client) throws Exception {
    KEYS.clear();
    assertThat(client.ask(variables, target(), path("Get"), "hello")).isEqualTo("OK hello");
    assertThat(KEYS).hasSize(1).first().asString().startsWith("Bearer ");
  }

  @ParameterizedTest
  @EnumSource
  void talksBackAndForthInOneCall(GrpcClient client) throws Exception {
    KEYS.clear();
    assertThat(client.talk(variables, target(), path("Talk"), 200)).isEqualTo("OK m199");
    assertThat(KEYS).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void getsTheStatusOfTheUpstream(GrpcClient client) throws Exception {
    assertThat(client.ask(variables, target(), path("Get"), "fail"))
        .isEqualTo("DATA_LOSS as it was asked for");
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyACallWasDenied(GrpcClient client) throws Exception {
    KEYS.clear();
    assertThat(client.ask(variables, target(), path("Delete"), "hello"))
        .startsWith("PERMISSION_DENIED ")
        .contains(SERVICE + "/Get", SERVICE + "/Talk");
    assertThat(KEYS).isEmpty();
  }

  private static String target() {
    return HOST + ":" + server.getPort();
  }

  private static String path(String method) {
    return "/" + SERVICE + "/" + method;
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
  private static final class Noting implements ServerInterceptor {
    @Override
    public <T, R> ServerCall.Listener<T> interceptCall(
        ServerCall<T, R> call, Metadata headers, ServerCallHandler<T, R> next) {
      KEYS.add(String.valueOf(headers.get(AUTHORIZATION)));
      return next.startCall(call, headers);
    }
  }
}
