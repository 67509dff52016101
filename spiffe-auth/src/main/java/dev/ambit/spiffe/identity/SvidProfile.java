package dev.ambit.spiffe.identity;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/// What makes a leaf certificate an X.509-SVID (X509-SVID 2 to 4).
public final class SvidProfile {
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;
  private static final int URI_NAME = 6;

  private SvidProfile() {}

  /// Returns the SPIFFE ID of a leaf: its one URI name, which names a workload. Throws where the
  /// profile is broken, with a message that repeats nothing of the certificate. Says nothing about
  /// who signed it.
  public static String check(X509Certificate leaf) throws CertificateException {
    if (leaf.getBasicConstraints() >= 0) {
      throw wrong("a certificate authority", "a leaf");
    }
    var usage = leaf.getKeyUsage();
    if (usage == null || !usage[DIGITAL_SIGNATURE] || usage[CERT_SIGN] || usage[CRL_SIGN]) {
      throw wrong("another key usage", "digitalSignature and no signing of others");
    }
    var names = leaf.getSubjectAlternativeNames();
    var uris =
        names == null
            ? List.<String>of()
            : names.stream()
                .filter(name -> name.get(0) instanceof Integer kind && kind == URI_NAME)
                .map(name -> (String) name.get(1))
                .toList();
    if (uris.size() != 1) {
      throw wrong(uris.size() + " URI names", "exactly one");
    }
    return workload(uris.getFirst());
  }

  private static String workload(String uri) throws CertificateException {
    try {
      if (SpiffeIds.isWorkload(SpiffeIds.check(uri))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
    throw wrong("the ID of a trust domain", "the ID of a workload");
  }

  private static CertificateException wrong(String found, String expected) {
    return new CertificateException("SVID: " + found + " (expected: " + expected + ")");
  }
}
