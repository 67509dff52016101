package dev.ambit.spiffe.x509;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// A certificate that may sign others, with its key. Immutable and thread-safe; issuing takes some
/// hundred microseconds and does not block.
///
/// @param key must not leave the process but by intention; `toString` does not show it
public record CertificateAuthority(X509Certificate certificate, PrivateKey key) {
  private static final String SUBJECT_KEY_ID = "2.5.29.14";

  public CertificateAuthority {
    Keys.check(certificate.getPublicKey());
    Keys.check(key);
    if (certificate.getBasicConstraints() < 0) {
      throw new IllegalArgumentException("certificate: no authority (expected: CA=TRUE)");
    }
  }

  /// Makes a self-signed authority with a fresh key that signs leaves only (path length 0).
  ///
  /// @param names alternative names, may be empty; a SPIFFE authority carries its trust domain
  public static CertificateAuthority create(
      String commonName, Validity validity, SubjectName... names) {
    var keys = Keys.generate();
    var subject = Extensions.commonName(commonName);
    var id = keyId(keys.getPublic());
    var extensions = new ArrayList<byte[]>();
    extensions.add(Extensions.authorityConstraints(0));
    extensions.add(Extensions.authorityKeyUsage());
    extensions.add(Extensions.subjectKeyId(id));
    if (names.length > 0) {
      extensions.add(Extensions.alternativeNames(List.of(names), false));
    }
    var body = new CertificateBody(subject, validity, subject, keys.getPublic(), extensions);
    return new CertificateAuthority(body.sign(keys.getPrivate()), keys.getPrivate());
  }

  /// Signs a certificate for the holder of `key`. Its end is cut to the authority's own, beyond
  /// which nobody could verify it.
  public X509Certificate issue(PublicKey key, Leaf leaf) {
    var end = certificate.getNotAfter().toInstant();
    var validity =
        leaf.validity().notAfter().isAfter(end)
            ? new Validity(leaf.validity().notBefore(), end)
            : leaf.validity();
    var id = keyId(key);
    var nameless = leaf.commonName().isEmpty();
    var extensions =
        List.of(
            Extensions.leafConstraints(),
            Extensions.leafKeyUsage(),
            Extensions.purposes(leaf.purposes()),
            Extensions.alternativeNames(leaf.names(), nameless),
            Extensions.subjectKeyId(id),
            Extensions.authorityKeyId(ownKeyId()));
    var subject = nameless ? new X500Principal("") : Extensions.commonName(leaf.commonName());
    return new CertificateBody(issuer(), validity, subject, key, extensions).sign(this.key);
  }

  private X500Principal issuer() {
    return certificate.getSubjectX500Principal();
  }

  /// The identifier that the certificate states, else the one that its key would get here.
  private byte[] ownKeyId() {
    var stated = certificate.getExtensionValue(SUBJECT_KEY_ID);
    // Two octet strings, one in the other, each with a length of one byte.
    return stated == null || stated.length > 0x80
        ? keyId(certificate.getPublicKey())
        : Arrays.copyOfRange(stated, 4, stated.length);
  }

  /// The leftmost 160 bits of a SHA-256 over the key (RFC 7093 2, in the manner of its fourth way).
  private static byte[] keyId(PublicKey key) {
    return Arrays.copyOf(sha256().digest(key.getEncoded()), 20);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
    }
  }

  @Override
  public String toString() {
    return "CertificateAuthority[" + issuer().getName() + "]";
  }
}
