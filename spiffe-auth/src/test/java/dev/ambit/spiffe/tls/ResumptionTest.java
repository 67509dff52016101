package dev.ambit.spiffe.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.spiffe.x509.Issuer;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// No session is resumed: after a peer's authority has left the bundle, no connection to or from
/// that peer succeeds, even when it did a moment before. Each test has one side that would resume
/// if the other let it.
class ResumptionTest {
  private static final String CLIENT = "/client";
  private static final String SERVER = "/server";
  private final Issuer clients = Issuer.of("clients.example");
  private final Issuer servers = Issuer.of("servers.example");

  @TempDir Path folder;
  private Party client;
  private Party server;

  @BeforeEach
  void trustEachOther() throws Exception {
    client = new Party(folder.resolve("c"), clients, CLIENT, clients, servers);
    server = new Party(folder.resolve("s"), servers, SERVER, clients, servers);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void serverJudgesAClientThatWouldResumeAnew(SslProvider serving, SslProvider calling)
      throws Exception {
    try (var echo = new Echo(server(serving).grpcServer())) {
      var willing = willingClient(calling);
      assertThat(echo.call(willing)).isEqualTo(clients.id(CLIENT));
      serverForgetsClients();
      refused(echo, willing);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void clientJudgesAServerThatWouldResumeAnew(SslProvider serving, SslProvider calling)
      throws Exception {
    try (var echo = new Echo(willingServer(serving))) {
      var careful = client(calling).grpcClient();
      assertThat(echo.call(careful)).isEqualTo(clients.id(CLIENT));
      client.trust(clients);
      refused(echo, careful);
    }
  }

  /// As Armeria builds its servers.
  @ParameterizedTest
  @EnumSource(names = {"JDK", "OPENSSL"})
  void serverOfAnotherBuilderJudgesAClientThatWouldResumeAnew(SslProvider calling)
      throws Exception {
    var tls = server(SslProvider.OPENSSL);
    var builder =
        GrpcSslContexts.configure(
            SslContextBuilder.forServer(tls.keyManagerFactory()), SslProvider.JDK);
    tls.requireClients(builder);
    try (var echo = new Echo(builder.build())) {
      var willing = willingClient(calling);
      assertThat(echo.call(willing)).isEqualTo(clients.id(CLIENT));
      serverForgetsClients();
      refused(echo, willing);
    }
  }

  /// What the tests above would find without what they test.
  @ParameterizedTest
  @MethodSource("pairs")
  void aServerThatLetsResumeWouldNotNotice(SslProvider serving, SslProvider calling)
      throws Exception {
    try (var echo = new Echo(willingServer(serving))) {
      var willing = willingClient(calling);
      assertThat(echo.call(willing)).isEqualTo(clients.id(CLIENT));
      serverForgetsClients();
      assertThat(echo.call(willing)).isEqualTo(clients.id(CLIENT));
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void neitherSideSpeaksTls12WhichCouldResumeByASessionId(SslProvider serving, SslProvider calling)
      throws Exception {
    try (var echo = new Echo(server(serving).grpcServer())) {
      refused(echo, clientBuilder(calling).protocols("TLSv1.2").build());
    }
    try (var echo = new Echo(serverBuilder(serving).protocols("TLSv1.2").build())) {
      refused(echo, client(calling).grpcClient());
    }
  }

  private static Stream<Arguments> pairs() {
    return Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
        .flatMap(serving ->
            Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
                .map(calling -> Arguments.of(serving, calling)));
  }

  private void serverForgetsClients() {
    server.trust(servers);
  }

  private static void refused(Echo echo, SslContext client) {
    assertThatThrownBy(() -> echo.call(client))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("UNAVAILABLE");
  }

  private SpiffeTls client(SslProvider provider) {
    return client.tls(provider, servers.id(SERVER));
  }

  private SpiffeTls server(SslProvider provider) {
    return server.tls(provider, clients.id(CLIENT));
  }

  private SslContext willingClient(SslProvider provider) throws SSLException {
    return clientBuilder(provider).build();
  }

  private SslContext willingServer(SslProvider provider) throws SSLException {
    return serverBuilder(provider).build();
  }

  private SslContextBuilder clientBuilder(SslProvider provider) {
    var tls = client(provider);
    return GrpcSslContexts.configure(
            SslContextBuilder.forClient().keyManager(tls.keyManager()), provider)
        .trustManager(tls.trustManager())
        .endpointIdentificationAlgorithm(null);
  }

  private SslContextBuilder serverBuilder(SslProvider provider) {
    var tls = server(provider);
    return GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManager()), provider)
        .trustManager(tls.trustManager())
        .clientAuth(ClientAuth.REQUIRE);
  }
}
