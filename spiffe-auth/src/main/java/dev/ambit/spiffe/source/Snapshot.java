package dev.ambit.spiffe.source;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One consistent view of what the Workload API said last. Immutable.
///
/// @param version counts from 1, for logs and tests
/// @param spiffeId the workload's own, from the default SVID
/// @param chain leaf first
/// @param notAfter of the leaf
/// @param bundles X.509 authorities by trust domain name, the own one included
public record Snapshot(
    long version,
    String spiffeId,
    List<X509Certificate> chain,
    PrivateKey key,
    Instant notAfter,
    Map<String, Set<X509Certificate>> bundles) {
  public Snapshot {
    chain = List.copyOf(chain);
    bundles = Map.copyOf(bundles);
  }
}
