package dev.ambit.spiffe.tls;

import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.SpiffeSource;
import io.netty.handler.ssl.SslContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS with SVIDs on both sides: presents the newest one, accepts peers whose chain a current
/// bundle vouches for and whose SPIFFE ID the policy admits. A rotation needs no new context.
/// Thread-safe.
public final class SpiffeTls {
  private final SpiffeSource source;
  private final PeerPolicy peers;

  public SpiffeTls(SpiffeSource source, PeerPolicy peers) {
    this.source = source;
    this.peers = peers;
  }

  /// For gRPC and other HTTP/2 clients.
  public SslContext grpcClient() {
    throw new UnsupportedOperationException(source.current() + " " + peers);
  }

  /// For gRPC servers; a client certificate is required.
  public SslContext grpcServer() {
    throw new UnsupportedOperationException();
  }

  /// For servers that build their own context (Armeria).
  public X509ExtendedKeyManager keyManager() {
    throw new UnsupportedOperationException();
  }

  public X509ExtendedTrustManager trustManager() {
    throw new UnsupportedOperationException();
  }
}
