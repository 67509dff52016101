package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.proto.v1.ListSessionsResponse;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Purpose;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command talks to the control plane it means, or to nobody.
class ServerIdentityTest {
  private static final String CONTROL_PLANE = "spiffe://demo.test/control-plane";
  private final Validity validity =
      Validity.from(InstantSource.system().instant(), Duration.ofHours(1));

  @TempDir private Path folder;
  private final CertificateAuthority authority = CertificateAuthority.create("test", validity);
  private volatile String authorization = "";
  private @Nullable Server server;
  private int port;

  @BeforeEach
  void access() throws IOException {
    Files.writeString(folder.resolve("token"), "t0ken\n");
    Files.writeString(folder.resolve("id"), CONTROL_PLANE + "\n");
    Files.writeString(
        folder.resolve("bundle.pem"), Pem.certificates(List.of(authority.certificate())));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.shutdownNow();
    }
  }

  @Test
  void acceptsTheSpiffeIdItWasTold() throws IOException {
    serve(authority, new SubjectName.Uri(CONTROL_PLANE));
    var typed = list();
    assertThat(typed.err()).isEmpty();
    assertThat(typed.exit()).isZero();
    assertThat(authorization).isEqualTo("Bearer t0ken");
  }

  @Test
  void refusesAnotherSpiffeIdBeforeItSendsTheToken() throws IOException {
    serve(authority, new SubjectName.Uri("spiffe://demo.test/agent"));
    var typed = list();
    assertThat(typed.exit()).isEqualTo(4);
    assertThat(typed.err())
        .contains("the server is [spiffe://demo.test/agent] (expected: [" + CONTROL_PLANE + "]");
    assertThat(authorization).isEmpty();
  }

  @Test
  void refusesASecondIdentityBesideTheRightOne() throws IOException {
    serve(
        authority,
        new SubjectName.Uri(CONTROL_PLANE),
        new SubjectName.Uri("spiffe://demo.test/agent"));
    assertThat(list().exit()).isEqualTo(4);
  }

  @Test
  void refusesAnAuthorityThatIsNotInTheBundle() throws IOException {
    serve(CertificateAuthority.create("other", validity), new SubjectName.Uri(CONTROL_PLANE));
    assertThat(list().exit()).isEqualTo(4);
    assertThat(authorization).isEmpty();
  }

  @Test
  void knowsAServerByNameWhenToldItsAuthority() throws IOException {
    serve(authority, new SubjectName.Dns("localhost"));
    assertThat(listAt("localhost").exit()).isZero();
  }

  @Test
  void refusesAServerOfAnotherName() throws IOException {
    serve(authority, new SubjectName.Dns("elsewhere.test"));
    var typed = listAt("localhost");
    assertThat(typed.exit()).isEqualTo(4);
    assertThat(authorization).isEmpty();
  }

  private Typed list() {
    return Typed.typeAt(folder, Map.of("AMBIT_ACCESS", folder.toString()), "session", "list");
  }

  private Typed listAt(String host) {
    return Typed.typeAt(
        folder,
        Map.of(),
        "session",
        "list",
        "--server",
        host + ":" + port,
        "--ca",
        folder.resolve("bundle.pem").toString(),
        "--token-file",
        folder.resolve("token").toString());
  }

  private void serve(CertificateAuthority issuer, SubjectName... names) throws IOException {
    var keys = Keys.generate();
    var leaf =
        issuer.issue(
            keys.getPublic(), new Leaf("", List.of(names), Set.of(Purpose.SERVER), validity));
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(SslContextBuilder.forServer(keys.getPrivate(), leaf))
                    .build())
            .intercept(new Headers())
            .addService(
                new SessionServiceGrpc.SessionServiceImplBase() {
                  @Override
                  public void listSessions(
                      ListSessionsRequest request, StreamObserver<ListSessionsResponse> to) {
                    to.onNext(ListSessionsResponse.getDefaultInstance());
                    to.onCompleted();
                  }
                })
            .build()
            .start();
    port = server.getPort();
    Files.writeString(folder.resolve("server"), "127.0.0.1:" + port + "\n");
  }

  /// Keeps the authorization that came last.
  private final class Headers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      var presented =
          headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
      authorization = presented == null ? "" : presented;
      return next.startCall(call, headers);
    }
  }
}
