package dev.ambit.control.caller;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// Reads who a TLS peer is from the certificate that the handshake has verified.
public final class PeerCertificate {
  private static final int URI = 6;

  private PeerCertificate() {}

  /// The one SPIFFE ID of the peer; empty when it showed no certificate, or none with exactly one.
  public static Optional<String> spiffeId(SSLSession session) {
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate leaf
          ? spiffeId(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> spiffeId(X509Certificate leaf) {
    try {
      var names = leaf.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      var uris =
          names.stream()
              .filter(name -> name.get(0) instanceof Integer kind && kind == URI)
              .map(name -> String.valueOf(name.get(1)))
              .toList();
      return uris.size() == 1 && uris.getFirst().startsWith("spiffe://")
          ? Optional.of(uris.getFirst())
          : Optional.empty();
    } catch (CertificateParsingException _) {
      return Optional.empty();
    }
  }
}
