package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Limits;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/// TLS towards upstreams: the certificate must be for the authority and vouched for by the target's
/// roots, never by the pod CA (INV-5). Confined to its loop.
public final class UpstreamTls {
  private final Collection<X509Certificate> systemRoots;

  /// @param systemRoots who vouches for targets that name no bundle of their own
  /// @param never certificates that vouch for nobody, whatever a bundle says: the pod CA
  public UpstreamTls(
      Collection<X509Certificate> systemRoots, Collection<X509Certificate> never, Limits limits) {
    this.systemRoots = List.copyOf(systemRoots);
  }

  Collection<X509Certificate> systemRoots() {
    return systemRoots;
  }
}
