package dev.ambit.proxy.relay;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Holds a root to its own name constraints: Java's validation heeds those of intermediates alone,
/// so that an authority which its owner limited to some names would vouch for any (A018, RFC 5937).
/// Immutable; any thread.
final class ConstrainedTrust extends X509ExtendedTrustManager {
  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final int OCTET_STRING = 4;

  private final X509ExtendedTrustManager chains;
  private final List<X509Certificate> constrained;

  /// @param chains validates all else
  /// @param roots those that `chains` trusts
  ConstrainedTrust(X509ExtendedTrustManager chains, Collection<X509Certificate> roots) {
    this.chains = chains;
    this.constrained =
        roots.stream().filter(root -> root.getExtensionValue(NAME_CONSTRAINTS) != null).toList();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType, engine);
    heed(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType, socket);
    heed(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType);
    heed(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("client: not served here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("client: not served here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("client: not served here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains.getAcceptedIssuers();
  }

  /// Every constrained root that signed a certificate of the chain must admit the server's names. A
  /// chain that could also end at another root is refused with it: rather that than guess.
  private void heed(X509Certificate[] chain) throws CertificateException {
    for (var root : constrained) {
      if (Arrays.stream(chain).anyMatch(one -> signed(root, one)) && !admits(root, chain[0])) {
        throw new CertificateException(
            "certificate: beyond the name constraints of its root (expected: within)");
      }
    }
  }

  private static boolean signed(X509Certificate root, X509Certificate one) {
    if (!one.getIssuerX500Principal().equals(root.getSubjectX500Principal())) {
      return false;
    }
    try {
      one.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  private static boolean admits(X509Certificate root, X509Certificate server)
      throws CertificateException {
    var selector = new X509CertSelector();
    try {
      selector.setNameConstraints(content(root.getExtensionValue(NAME_CONSTRAINTS)));
    } catch (IOException unreadable) {
      throw new CertificateException("root: unreadable name constraints", unreadable);
    }
    return selector.match(server);
  }

  /// What stands inside the octet string in which Java hands out an extension.
  private static byte[] content(byte[] octets) throws CertificateException {
    int lengthBytes = octets.length > 1 && (octets[1] & 0x80) != 0 ? octets[1] & 0x7f : 0;
    if (octets.length < 2 + lengthBytes || octets[0] != OCTET_STRING) {
      throw new CertificateException("root: unreadable name constraints");
    }
    return Arrays.copyOfRange(octets, 2 + lengthBytes, octets.length);
  }
}
