package dev.ambit.control.webhook.certificate;

import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// An authority, certificates of it for this machine as files, and clients that believe it.
public final class Pki {
  private final Validity validity =
      Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
  private final CertificateAuthority authority = CertificateAuthority.create("test", validity);

  /// Writes a fresh pair for 127.0.0.1; returns the certificate.
  public X509Certificate write(Path certificate, Path key) throws IOException {
    var keys = Keys.generate();
    var name = new SubjectName.Ip(InetAddress.ofLiteral("127.0.0.1"));
    var leaf = authority.issue(keys.getPublic(), Leaf.server(validity, name));
    Files.writeString(certificate, Pem.certificates(List.of(leaf)));
    Files.writeString(key, Pem.privateKey(keys.getPrivate()));
    return leaf;
  }

  /// For clients that believe this authority alone.
  public SSLContext client() {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("ca", authority.certificate());
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
