package dev.ambit.proxy.trust;

import dev.ambit.proxy.model.Limits;
import io.netty.handler.ssl.SslContext;
import java.time.InstantSource;

/// Certificates for the names that agents are permitted to reach, minted on first use and kept in a
/// bounded cache. Confined to its loop.
public final class Leaves {
  private final PodAuthority authority;
  private final InstantSource clock;

  public Leaves(PodAuthority authority, InstantSource clock, Limits limits) {
    this.authority = authority;
    this.clock = clock;
  }

  /// The server context for one host: a name or an IP literal that some target knows.
  public SslContext context(String host) {
    throw new UnsupportedOperationException(host + authority.certificate() + clock);
  }
}
