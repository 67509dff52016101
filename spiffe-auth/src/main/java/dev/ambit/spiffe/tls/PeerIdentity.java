package dev.ambit.spiffe.tls;

import dev.ambit.spiffe.identity.SvidProfile;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Who is at the other end of a connection. For gRPC the session is the transport attribute
/// `Grpc.TRANSPORT_ATTR_SSL_SESSION`, for Armeria `ctx.sslSession()`.
public final class PeerIdentity {
  private PeerIdentity() {}

  /// The SPIFFE ID of a peer that this class's trust manager let in; null when there is no TLS or
  /// the peer presented no certificate.
  public static @Nullable String of(@Nullable SSLSession session) {
    if (session == null) {
      return null;
    }
    try {
      return SvidProfile.check((X509Certificate) session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException | CertificateException _) {
      return null;
    }
  }
}
