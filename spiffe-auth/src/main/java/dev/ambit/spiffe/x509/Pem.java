package dev.ambit.spiffe.x509;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// Certificates and keys as text (RFC 7468).
public final class Pem {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final String KEY_LABEL = "PRIVATE KEY";

  private Pem() {}

  /// All certificates, in this order, each ended by a line feed.
  public static String certificates(Collection<X509Certificate> certificates) {
    return certificates.stream().map(Pem::certificate).collect(Collectors.joining());
  }

  /// The certificates in the text; what stands between them is skipped.
  public static List<X509Certificate> readCertificates(String text) {
    try {
      var read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
      return read.stream().map(X509Certificate.class::cast).toList();
    } catch (CertificateException e) {
      throw new IllegalArgumentException("certificates: unreadable (expected: PEM)", e);
    }
  }

  /// The key as PKCS#8. The caller keeps the text secret.
  public static String privateKey(PrivateKey key) {
    return block(KEY_LABEL, key.getEncoded());
  }

  /// Reads an EC key in PKCS#8; messages show nothing of it.
  public static PrivateKey readPrivateKey(String text) {
    var begin = "-----BEGIN " + KEY_LABEL + "-----";
    var from = text.indexOf(begin);
    var to = text.indexOf("-----END " + KEY_LABEL + "-----");
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("key: not found (expected: PEM, " + KEY_LABEL + ")");
    }
    var body = text.substring(from + begin.length(), to);
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      throw new IllegalArgumentException("key: unreadable (expected: an EC key in PKCS#8)");
    }
  }

  private static String certificate(Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("certificate: cannot be encoded", e);
    }
  }

  private static String block(String label, byte[] der) {
    var body = LINES.encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
