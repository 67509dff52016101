package dev.ambit.spiffe.tls;

import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.SpiffeSource;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS with SVIDs on both sides: presents the newest one, accepts peers whose chain a current
/// bundle vouches for and whose SPIFFE ID the policy admits. A rotation needs no new context, and
/// open connections stay. TLS 1.3 only, and sessions are never resumed: each connection is judged
/// anew. Thread-safe.
public final class SpiffeTls {
  private final X509ExtendedKeyManager keyManager;
  private final X509ExtendedTrustManager trustManager;
  private final SslProvider provider;

  /// With BoringSSL where its native library is present, else the JDK's TLS.
  public SpiffeTls(SpiffeSource source, PeerPolicy peers) {
    this(source, peers, OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
  }

  SpiffeTls(SpiffeSource source, PeerPolicy peers, SslProvider provider) {
    this.keyManager = new SvidKeyManager(source);
    this.trustManager = new SvidTrustManager(source, peers);
    this.provider = provider;
  }

  /// For gRPC and other HTTP/2 clients.
  public SslContext grpcClient() {
    return build(
        GrpcSslContexts.configure(SslContextBuilder.forClient().keyManager(keyManager), provider)
            .trustManager(trustManager)
            // Names are not what an SVID proves; the trust manager compares the SPIFFE ID instead.
            .endpointIdentificationAlgorithm(null));
  }

  /// For gRPC servers; a client certificate is required.
  public SslContext grpcServer() {
    return build(
        GrpcSslContexts.configure(SslContextBuilder.forServer(keyManager), provider)
            .trustManager(trustManager)
            .clientAuth(ClientAuth.REQUIRE));
  }

  /// For servers that build their own context from a factory (Armeria's `tls`).
  public KeyManagerFactory keyManagerFactory() {
    return new SvidKeyManagerFactory(keyManager);
  }

  /// Makes a server demand a client SVID (Armeria's `tlsCustomizer`). It becomes one with the JDK's
  /// TLS, the only one that can be told in a builder to resume no session.
  public void requireClients(SslContextBuilder server) {
    FullHandshakes.configure(server)
        .sslProvider(SslProvider.JDK)
        .trustManager(trustManager)
        .clientAuth(ClientAuth.REQUIRE);
  }

  /// For servers that build their own context.
  public X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  public X509ExtendedTrustManager trustManager() {
    return trustManager;
  }

  private static SslContext build(SslContextBuilder builder) {
    try {
      return FullHandshakes.of(FullHandshakes.configure(builder).build());
    } catch (SSLException e) {
      throw new IllegalStateException("cannot set up TLS", e);
    }
  }

  private static final class SvidKeyManagerFactory extends SimpleKeyManagerFactory {
    private final KeyManager[] managers;

    SvidKeyManagerFactory(X509ExtendedKeyManager manager) {
      this.managers = new KeyManager[] {manager};
    }

    @Override
    protected void engineInit(KeyStore store, char[] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return managers.clone();
    }
  }
}
