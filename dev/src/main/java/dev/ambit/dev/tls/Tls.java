package dev.ambit.dev.tls;

import dev.ambit.spiffe.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// TLS contexts of the JDK from PEM files.
public final class Tls {
  private static final char[] NO_PASSWORD = new char[0];

  private Tls() {}

  /// For a server with this certificate.
  public static SSLContext server(Path certificate, Path key) throws IOException {
    try {
      return serverContext(certificate, key);
    } catch (GeneralSecurityException unusable) {
      throw new IOException(certificate + ": " + unusable.getMessage(), unusable);
    }
  }

  /// For a client that trusts these roots and no others.
  public static SSLContext client(Path roots) throws IOException {
    try {
      return clientContext(roots);
    } catch (GeneralSecurityException unusable) {
      throw new IOException(roots + ": " + unusable.getMessage(), unusable);
    }
  }

  private static SSLContext serverContext(Path certificate, Path key)
      throws IOException, GeneralSecurityException {
    var store = empty();
    store.setKeyEntry(
        "server",
        Pem.readPrivateKey(Files.readString(key)),
        NO_PASSWORD,
        Pem.readCertificates(Files.readString(certificate)).toArray(Certificate[]::new));
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, NO_PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static SSLContext clientContext(Path roots) throws IOException, GeneralSecurityException {
    var store = empty();
    var count = 0;
    for (var root : Pem.readCertificates(Files.readString(roots))) {
      store.setCertificateEntry("root-" + count++, root);
    }
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
