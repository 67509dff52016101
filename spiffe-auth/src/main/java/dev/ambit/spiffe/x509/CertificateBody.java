package dev.ambit.spiffe.x509;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// What is signed of a certificate (RFC 5280 4.1.2), and the signing.
record CertificateBody(
    X500Principal issuer,
    Validity validity,
    X500Principal subject,
    PublicKey key,
    List<byte[]> extensions) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SERIAL_BITS = 128;
  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
  private static final byte[] VERSION_3 = Der.explicit(0, Der.integer(BigInteger.TWO));

  X509Certificate sign(PrivateKey signer) {
    Keys.check(signer);
    var body =
        Der.sequence(
            VERSION_3,
            Der.integer(serial()),
            ECDSA_WITH_SHA256,
            issuer.getEncoded(),
            Der.sequence(Der.time(validity.notBefore()), Der.time(validity.notAfter())),
            subject.getEncoded(),
            key.getEncoded(),
            Der.explicit(3, Der.sequence(extensions.toArray(byte[][]::new))));
    try {
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(signer);
      signature.update(body);
      var whole = Der.sequence(body, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(whole));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign a certificate", e);
    }
  }

  /// Random, positive and never zero (RFC 5280 4.1.2.2), so that no state is needed to keep it
  /// unique.
  private static BigInteger serial() {
    return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
  }
}
