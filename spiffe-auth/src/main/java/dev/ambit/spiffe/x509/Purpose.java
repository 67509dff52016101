package dev.ambit.spiffe.x509;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;

/// What a leaf may be used for in TLS (RFC 5280 4.2.1.12, extended key usage).
public enum Purpose {
  SERVER("1.3.6.1.5.5.7.3.1"),
  CLIENT("1.3.6.1.5.5.7.3.2");

  private final String oid;

  Purpose(String oid) {
    this.oid = oid;
  }

  /// Whether a leaf may be used so: it lists this use, or does not restrict its use at all.
  public boolean allowedBy(X509Certificate leaf) throws CertificateParsingException {
    var listed = leaf.getExtendedKeyUsage();
    return listed == null || listed.contains(oid);
  }

  String oid() {
    return oid;
  }
}
