package dev.ambit.spiffe.source;

import dev.ambit.spiffe.identity.SpiffeIds;
import dev.ambit.spiffe.identity.SvidProfile;
import io.spiffe.bundle.jwtbundle.JwtBundleSet;
import io.spiffe.workloadapi.X509Context;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One consistent view of what the Workload API said last. Immutable.
///
/// @param version counts from 1, for logs and tests
/// @param spiffeId the workload's own, from the default SVID
/// @param chain leaf first
/// @param key of the leaf; `toString` does not show it
/// @param notAfter of the leaf
/// @param bundles X.509 authorities by trust domain name, the own one included
/// @param jwtBundles keys that sign JWT-SVIDs, by trust domain name and key ID; empty where the
///   agent has none
public record Snapshot(
    long version,
    String spiffeId,
    List<X509Certificate> chain,
    PrivateKey key,
    Instant notAfter,
    Map<String, Set<X509Certificate>> bundles,
    Map<String, Map<String, PublicKey>> jwtBundles) {
  public Snapshot {
    chain = List.copyOf(chain);
    bundles = Map.copyOf(bundles);
    jwtBundles = Map.copyOf(jwtBundles);
  }

  /// The first version of what the agent's two streams said last. Throws where the SVID breaks the
  /// profile of SPIFFE.
  static Snapshot of(X509Context x509, JwtBundleSet jwt) throws CertificateException {
    var svid = x509.getDefaultSvid();
    var id = SvidProfile.check(svid.getLeaf());
    var bundles = new HashMap<String, Set<X509Certificate>>();
    x509.getX509BundleSet()
        .getBundles()
        .forEach((domain, bundle) ->
            bundles.put(domain.getName(), Set.copyOf(bundle.getX509Authorities())));
    if (bundles.getOrDefault(SpiffeIds.trustDomain(id), Set.of()).isEmpty()) {
      throw new CertificateException(
          "bundles: none for " + SpiffeIds.trustDomain(id) + " (expected: that of the SVID)");
    }
    var jwtBundles = new HashMap<String, Map<String, PublicKey>>();
    jwt.getBundles()
        .forEach((domain, bundle) ->
            jwtBundles.put(domain.getName(), Map.copyOf(bundle.getJwtAuthorities())));
    return new Snapshot(
        1,
        id,
        svid.getChain(),
        svid.getPrivateKey(),
        svid.getLeaf().getNotAfter().toInstant(),
        bundles,
        jwtBundles);
  }

  boolean saysTheSameAs(Snapshot other) {
    return chain.equals(other.chain)
        && key.equals(other.key)
        && bundles.equals(other.bundles)
        && jwtBundles.equals(other.jwtBundles);
  }

  Snapshot withVersion(long next) {
    return new Snapshot(next, spiffeId, chain, key, notAfter, bundles, jwtBundles);
  }

  @Override
  public String toString() {
    return "Snapshot[" + version + ", " + spiffeId + ", until " + notAfter + "]";
  }
}
