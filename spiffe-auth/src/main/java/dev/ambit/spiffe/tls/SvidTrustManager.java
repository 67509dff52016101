package dev.ambit.spiffe.tls;

import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.identity.SpiffeIds;
import dev.ambit.spiffe.identity.SvidProfile;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.x509.Purpose;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts a peer whose leaf is an X.509-SVID, whose chain the newest bundle of the peer's own
/// trust domain vouches for, and whose SPIFFE ID the policy admits. Host names say nothing here: an
/// SVID holds an ID instead of them, and the policy names the IDs. Thread-safe.
final class SvidTrustManager extends X509ExtendedTrustManager {
  private static final Logger LOG = LoggerFactory.getLogger(SvidTrustManager.class);
  private static final int CHAIN_MAX = 10;
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private final SpiffeSource source;
  private final PeerPolicy peers;
  private final AtomicReference<Instant> tellAgain = new AtomicReference<>(Instant.MIN);

  SvidTrustManager(SpiffeSource source, PeerPolicy peers) {
    this.source = source;
    this.peers = peers;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, Purpose.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, Purpose.SERVER);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, Purpose.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, Purpose.SERVER);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, Purpose.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, Purpose.SERVER);
  }

  /// None: bundles change, and a list sent to clients would only be a hint.
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  private void check(X509Certificate[] chain, Purpose purpose) throws CertificateException {
    try {
      judge(chain, purpose);
    } catch (CertificateException e) {
      tell(e);
      throw e;
    }
  }

  /// A peer learns of its refusal no more than an alert, so somebody has to say why; a peer that
  /// tries without end shall not fill the log.
  private void tell(CertificateException refusal) {
    var now = source.clock().instant();
    var due = tellAgain.get();
    if (!now.isBefore(due) && tellAgain.compareAndSet(due, now.plus(TELL_EVERY))) {
      LOG.warn("refused a connection: {}", refusal.getMessage());
    }
  }

  private void judge(X509Certificate[] chain, Purpose purpose) throws CertificateException {
    if (chain.length == 0 || chain.length > CHAIN_MAX) {
      throw new CertificateException(
          "peer: a chain of " + chain.length + " (expected: 1 to " + CHAIN_MAX + ")");
    }
    var id = SvidProfile.check(chain[0]);
    var authorities = source.current().bundles().get(SpiffeIds.trustDomain(id));
    if (authorities == null || authorities.isEmpty()) {
      throw new CertificateException(
          "peer: " + id + " (expected: of a trust domain with a bundle)");
    }
    verify(chain, authorities, id);
    if (!purpose.allowedBy(chain[0])) {
      throw new CertificateException(
          "peer: " + id + " (expected: a certificate for " + purpose + ")");
    }
    if (!peers.admits(id)) {
      throw new CertificateException("peer: " + id + " (expected: one of " + peers + ")");
    }
  }

  private void verify(X509Certificate[] chain, Set<X509Certificate> authorities, String id)
      throws CertificateException {
    var anchors =
        authorities.stream()
            .map(authority -> new TrustAnchor(authority, null))
            .collect(Collectors.toSet());
    var leaf = new X509CertSelector();
    leaf.setCertificate(chain[0]);
    try {
      var parameters = new PKIXBuilderParameters(anchors, leaf);
      parameters.setRevocationEnabled(false); // SVIDs are short-lived instead
      parameters.setDate(Date.from(source.clock().instant()));
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(chain))));
      var _ = CertPathBuilder.getInstance("PKIX").build(parameters);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(
          "peer: " + id + " (expected: a valid chain to the bundle of its trust domain)", e);
    }
  }
}
