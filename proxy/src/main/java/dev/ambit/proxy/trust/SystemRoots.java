package dev.ambit.proxy.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// The certificate authorities of this machine: the bundle file of the system, else those of the
/// JDK.
public final class SystemRoots {
  private static final List<Path> USUAL =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/cert.pem"));

  private SystemRoots() {}

  public static List<X509Certificate> load() throws IOException {
    for (var file : USUAL) {
      if (Files.isReadable(file)) {
        return bundle(file);
      }
    }
    return jdk(Path.of(System.getProperty("java.home"), "lib", "security", "cacerts"));
  }

  static List<X509Certificate> bundle(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      var roots = new ArrayList<X509Certificate>();
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        roots.add((X509Certificate) certificate);
      }
      return roots;
    } catch (GeneralSecurityException e) {
      throw new IOException("system roots: unreadable (expected: PEM certificates)", e);
    }
  }

  static List<X509Certificate> jdk(Path cacerts) throws IOException {
    try (InputStream in = Files.newInputStream(cacerts)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(in, null);
      var roots = new ArrayList<X509Certificate>();
      for (var alias : java.util.Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate root) {
          roots.add(root);
        }
      }
      return roots;
    } catch (GeneralSecurityException e) {
      throw new IOException("cacerts of the JDK: unreadable (expected: a key store)", e);
    }
  }
}
