package dev.ambit.proxy.attacks;

import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// An upstream in GOOD's place whose certificate must not be believed.
///
/// @param roots that its target names
record IllUpstream(StubUpstream upstream, UpstreamRoots roots) {
  static final String POD_CA = "by the pod CA";

  /// Makes one.
  ///
  /// @param dir for what is made on the way
  static IllUpstream of(String how, Site site, Path dir) throws Exception {
    var now = InstantSource.system().instant();
    var old = new Validity(now.minus(Duration.ofHours(2)), now.minus(Duration.ofHours(1)));
    var made = new Certificates(dir);
    return switch (how) {
      case "another name" ->
          new IllUpstream(
              StubUpstream.tls(site.upstreamCa, Site.validity(), "evil.test"), site.roots());
      case "expired" ->
          new IllUpstream(StubUpstream.tls(site.upstreamCa, old, Site.GOOD), site.roots());
      case "self-signed" -> new IllUpstream(serving(made.selfSigned(Site.GOOD)), site.roots());
      case "beyond its root" ->
          new IllUpstream(
              serving(made.beyondTheConstraintsOfItsRoot(Site.GOOD)), bundle(root(dir)));
      case "beyond an intermediate" ->
          new IllUpstream(
              serving(made.beyondTheConstraintsOfAnIntermediate(Site.GOOD)), bundle(root(dir)));
      case POD_CA -> byThePodCa(site);
      default -> throw new IllegalArgumentException(how);
    };
  }

  private static IllUpstream byThePodCa(Site site) throws Exception {
    var certificate = site.podCertificate();
    var key = Pem.readPrivateKey(Files.readString(site.privateDir().resolve("ca.key")));
    var thief = new CertificateAuthority(certificate, key);
    return new IllUpstream(
        StubUpstream.tls(thief, Site.validity(), Site.GOOD),
        bundle(certificate, site.upstreamCa.certificate()));
  }

  private static X509Certificate root(Path dir) throws Exception {
    return Certificates.read(dir.resolve("root.pem"));
  }

  private static UpstreamRoots bundle(X509Certificate... certificates) {
    return new UpstreamRoots.Bundle(Pem.certificates(List.of(certificates)));
  }

  private static StubUpstream serving(Path store) throws Exception {
    var keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, Certificates.PASSWORD.toCharArray());
    }
    return StubUpstream.tls(keys, Certificates.PASSWORD.toCharArray());
  }
}
