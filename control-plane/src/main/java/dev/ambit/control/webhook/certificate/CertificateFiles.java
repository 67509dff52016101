package dev.ambit.control.webhook.certificate;

import com.linecorp.armeria.common.TlsKeyPair;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A certificate and its key in files that somebody else replaces, as a mounted Secret is. Read
/// anew when they change; what cannot be used is refused, and the one before stays.
public final class CertificateFiles implements Certificate {
  static final int BYTES_MAX = 1 << 18;
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);

  private final Path certificate;
  private final Path key;
  private final Turns turns;
  private volatile Pair pair;
  private String refused = "";

  /// What stood in the files, and what it is. A buffer shows nothing of what it holds.
  private record Pair(ByteBuffer certificate, ByteBuffer key, TlsKeyPair keys) {}

  private CertificateFiles(Path certificate, Path key, Duration period) throws IOException {
    this.certificate = certificate;
    this.key = key;
    this.pair = pair(certificateBytes(), keyBytes());
    this.turns = new Turns("ambit-certificate", period, this::look);
  }

  /// Reads them, and looks at them from then on.
  public static CertificateFiles open(Path certificate, Path key) throws IOException {
    return open(certificate, key, PERIOD);
  }

  static CertificateFiles open(Path certificate, Path key, Duration period) throws IOException {
    return new CertificateFiles(certificate, key, period);
  }

  @Override
  public TlsKeyPair keyPair(String host) {
    return pair.keys();
  }

  @Override
  public Optional<Instant> expiry() {
    return Optional.of(pair.keys().certificateChain().getFirst().getNotAfter().toInstant());
  }

  /// Whether the API server trusts it is for whoever brings the files.
  @Override
  public Optional<String> unready() {
    return Optional.empty();
  }

  @Override
  public void close() {
    turns.close();
  }

  private void look() {
    try {
      var certificateBytes = certificateBytes();
      var keyBytes = keyBytes();
      if (!certificateBytes.equals(pair.certificate()) || !keyBytes.equals(pair.key())) {
        pair = pair(certificateBytes, keyBytes);
        LOG.info("certificate: read anew, until {}", expiry().orElseThrow());
      }
      refused = "";
    } catch (IOException unusable) {
      var why = String.valueOf(unusable.getMessage());
      if (!why.equals(refused)) {
        LOG.error("certificate: files refused, the ones before stay: {}", why);
      }
      refused = why;
    }
  }

  private ByteBuffer certificateBytes() throws IOException {
    return bytes(certificate, "AMBIT_WEBHOOK_CERTIFICATE");
  }

  private ByteBuffer keyBytes() throws IOException {
    return bytes(key, "AMBIT_WEBHOOK_KEY");
  }

  private static Pair pair(ByteBuffer certificate, ByteBuffer key) throws IOException {
    TlsKeyPair keys;
    try {
      keys = TlsKeyPair.of(input(key), input(certificate));
    } catch (IllegalArgumentException unreadable) {
      throw new IOException(
          "AMBIT_WEBHOOK_CERTIFICATE, AMBIT_WEBHOOK_KEY: unreadable (expected: certificates, and a"
              + " key in PKCS #8, both in PEM)",
          unreadable);
    }
    if (!belongs(keys.privateKey(), keys.certificateChain().getFirst())) {
      throw new IOException(
          "AMBIT_WEBHOOK_KEY: of another certificate (expected: of the first of"
              + " AMBIT_WEBHOOK_CERTIFICATE)");
    }
    return new Pair(certificate, key, keys);
  }

  private static InputStream input(ByteBuffer content) {
    var bytes = new byte[content.remaining()];
    var _ = content.duplicate().get(bytes);
    return new ByteArrayInputStream(bytes);
  }

  private static ByteBuffer bytes(Path file, String setting) throws IOException {
    try (var input = Files.newInputStream(file)) {
      var bytes = input.readNBytes(BYTES_MAX + 1);
      if (bytes.length <= BYTES_MAX) {
        return ByteBuffer.wrap(bytes);
      }
    } catch (IOException unreadable) {
      throw new IOException(
          setting + ": cannot read " + file + " (expected: a file of PEM)", unreadable);
    }
    throw new IOException(setting + ": " + file + ": too large (expected: at most 256 KiB)");
  }

  /// While files are being replaced one may be new and the other old.
  private static boolean belongs(PrivateKey key, X509Certificate certificate) {
    var algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    var text = new byte[] {1, 2, 3};
    try {
      var signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(text);
      var signature = signer.sign();
      var verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
