package dev.ambit.cli.connect;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/// Accepts one server: a chain that ends in the bundle, and exactly one SPIFFE ID as the leaf's
/// only URI name (X509-SVID 2 and 4.1). DNS names play no part. Thread-safe.
final class ServerTrust extends X509ExtendedTrustManager {
  private static final int URI_NAME = 6;

  private final X509TrustManager chains;
  private final String spiffeId;

  private ServerTrust(X509TrustManager chains, String spiffeId) {
    this.chains = chains;
    this.spiffeId = spiffeId;
  }

  static ServerTrust of(Path bundle, String spiffeId) {
    try {
      return of(bundle.toString(), Files.readAllBytes(bundle), spiffeId);
    } catch (IOException unreadable) {
      throw unusable(bundle.toString(), unreadable);
    }
  }

  /// @param from where the bundle is from
  /// @param bundle PEM
  static ServerTrust of(String from, byte[] bundle, String spiffeId) {
    try {
      var roots = KeyStore.getInstance("PKCS12");
      roots.load(null, null);
      var count = 0;
      for (var root :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bundle))) {
        roots.setCertificateEntry("root-" + count++, root);
      }
      if (count == 0) {
        throw new CertificateException("no certificate in it");
      }
      var factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(roots);
      return new ServerTrust((X509TrustManager) factory.getTrustManagers()[0], spiffeId);
    } catch (GeneralSecurityException | IOException unusable) {
      throw unusable(from, unusable);
    }
  }

  private static Failure unusable(String from, Exception why) {
    return new Failure(
        ExitCode.CONFIGURATION,
        from + ": " + why.getMessage() + " (expected: PEM certificates)",
        why);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    chains.checkServerTrusted(chain, type);
    var names = chain[0].getSubjectAlternativeNames();
    var found =
        (names == null ? List.<List<?>>of() : names)
            .stream()
                .filter(name -> name.get(0).equals(URI_NAME))
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    if (!found.equals(List.of(spiffeId))) {
      throw new CertificateException(
          "the server is " + found + " (expected: [" + spiffeId + "], as its access says)");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("this side is a client");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains.getAcceptedIssuers();
  }
}
