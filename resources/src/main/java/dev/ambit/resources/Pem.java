package dev.ambit.resources;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Optional;

/// Certificate files that resources name: read whole, checked, and written again without comments.
final class Pem {
  static final int BYTES_MAX = 48 * 1_024;
  static final int CERTIFICATES_MAX = 16;

  private Pem() {}

  /// The certificates of a file in PEM, 64 characters per line; nothing if it is no such file.
  static Optional<String> read(Path file) {
    try (var input = Files.newInputStream(file)) {
      var bytes = input.readNBytes(BYTES_MAX + 1);
      if (bytes.length > BYTES_MAX) {
        return Optional.empty();
      }
      var certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (certificates.isEmpty() || certificates.size() > CERTIFICATES_MAX) {
        return Optional.empty();
      }
      var pem = new StringBuilder();
      for (var certificate : certificates) {
        pem.append(print(certificate));
      }
      return Optional.of(pem.toString());
    } catch (IOException | CertificateException _) {
      return Optional.empty();
    }
  }

  private static String print(Certificate certificate) throws CertificateEncodingException {
    var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN CERTIFICATE-----\n"
        + lines.encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}
