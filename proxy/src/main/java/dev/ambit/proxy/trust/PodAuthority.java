package dev.ambit.proxy.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ambit.spiffe.anchors.WholeFile;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.NoSuchElementException;

/// The pod's own certificate authority: its key stays in the private directory (0400) for the life
/// of the pod, its certificate is what the agent trusts. Immutable.
public final class PodAuthority {
  static final Duration LIFE = Duration.ofDays(30);
  private static final String KEY = "ca.key";
  private static final String CERTIFICATE = "ca.pem";

  private final CertificateAuthority authority;

  private PodAuthority(CertificateAuthority authority) {
    this.authority = authority;
  }

  /// Reads the authority kept in `privateDir`, or makes one there: a restarted proxy must keep what
  /// the agent's runtime has already read. One that has expired is replaced.
  public static PodAuthority open(Path privateDir, InstantSource clock) throws IOException {
    var key = privateDir.resolve(KEY);
    var certificate = privateDir.resolve(CERTIFICATE);
    if (Files.exists(key) && Files.exists(certificate)) {
      var kept = read(key, certificate);
      if (clock.instant().isBefore(kept.certificate().getNotAfter().toInstant())) {
        return new PodAuthority(kept);
      }
    }
    var made = CertificateAuthority.create("Ambit pod CA", Validity.from(clock.instant(), LIFE));
    Files.createDirectories(privateDir);
    WholeFile.write(key, Pem.privateKey(made.key()).getBytes(US_ASCII), "r--------");
    var pem = Pem.certificates(List.of(made.certificate()));
    WholeFile.write(certificate, pem.getBytes(US_ASCII), "r--r--r--");
    return new PodAuthority(made);
  }

  public X509Certificate certificate() {
    return authority.certificate();
  }

  X509Certificate issue(PublicKey key, Leaf leaf) {
    return authority.issue(key, leaf);
  }

  private static CertificateAuthority read(Path key, Path certificate) throws IOException {
    try {
      return new CertificateAuthority(
          Pem.readCertificates(Files.readString(certificate, US_ASCII)).getFirst(),
          Pem.readPrivateKey(Files.readString(key, US_ASCII)));
    } catch (IllegalArgumentException | NoSuchElementException e) {
      throw new IOException(
          "private directory: no readable pod CA (expected: the ca.key and ca.pem of this pod, or"
              + " neither)",
          e);
    }
  }
}
