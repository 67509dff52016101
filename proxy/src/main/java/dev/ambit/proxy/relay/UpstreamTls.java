package dev.ambit.proxy.relay;

import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.transport.Alpn;
import dev.ambit.proxy.transport.Transport;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS towards upstreams: the certificate must be for the authority and vouched for by the target's
/// roots, never by the pod CA (INV-5). One context per set of roots and offer, in a bounded cache.
/// Confined to its loop.
public final class UpstreamTls implements AutoCloseable {
  private static final int CONTEXTS_MAX = 64;

  private final List<X509Certificate> systemRoots;
  private final List<X509Certificate> never;
  private final LinkedHashMap<Kind, SslContext> contexts = new LinkedHashMap<>(16, 0.75f, true);

  /// What one context is for.
  private record Kind(UpstreamRoots roots, Alpn alpn) {}

  /// Trusts nobody else.
  ///
  /// @param systemRoots who vouches for targets that name no bundle of their own
  /// @param never certificates that vouch for nobody, whatever a bundle says: the pod CA
  public UpstreamTls(Collection<X509Certificate> systemRoots, Collection<X509Certificate> never) {
    this.systemRoots = List.copyOf(systemRoots);
    this.never = List.copyOf(never);
  }

  SslContext context(UpstreamRoots roots, Alpn alpn) throws SSLException {
    var kind = new Kind(roots, alpn);
    var kept = contexts.get(kind);
    if (kept != null) {
      return kept;
    }
    var made = make(trustManager(roots), alpn);
    contexts.put(kind, made);
    if (contexts.size() > CONTEXTS_MAX) {
      ReferenceCountUtil.release(contexts.pollFirstEntry().getValue());
    }
    return made;
  }

  @Override
  public void close() {
    contexts.values().forEach(ReferenceCountUtil::release);
    contexts.clear();
  }

  private static SslContext make(X509ExtendedTrustManager trust, Alpn alpn) throws SSLException {
    return SslContextBuilder.forClient()
        .sslProvider(Transport.tls())
        .protocols("TLSv1.3", "TLSv1.2")
        .trustManager(trust)
        .endpointIdentificationAlgorithm("HTTPS")
        .applicationProtocolConfig(alpn.config())
        .build();
  }

  private X509ExtendedTrustManager trustManager(UpstreamRoots roots) throws SSLException {
    var trusted =
        new ArrayList<>(
            switch (roots) {
              case UpstreamRoots.SystemRoots() -> systemRoots;
              case UpstreamRoots.Bundle(String pem) -> read(pem);
            });
    trusted.removeAll(never);
    if (trusted.isEmpty()) {
      throw new SSLException("roots: none (expected: at least one certificate authority)");
    }
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < trusted.size(); i++) {
        store.setCertificateEntry("root-" + i, trusted.get(i));
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (var manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return new ConstrainedTrust(extended, trusted);
        }
      }
      throw new SSLException("this Java has no X.509 trust manager");
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new SSLException("roots: unusable (expected: certificate authorities)", e);
    }
  }

  private static List<X509Certificate> read(String pem) throws SSLException {
    try {
      var read = new ArrayList<X509Certificate>();
      var bytes = pem.getBytes(StandardCharsets.US_ASCII);
      for (var certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))) {
        read.add((X509Certificate) certificate);
      }
      return read;
    } catch (GeneralSecurityException e) {
      throw new SSLException("roots: unreadable (expected: PEM certificates)", e);
    }
  }
}
