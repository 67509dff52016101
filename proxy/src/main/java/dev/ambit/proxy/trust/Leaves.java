package dev.ambit.proxy.trust;

import dev.ambit.proxy.transport.Alpn;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/// Certificates for the hosts that agents are permitted to reach, minted on first use, all with one
/// key, and kept in a bounded cache so that an agent can resume its TLS sessions. Confined to its
/// loop, and so each host is minted once.
public final class Leaves implements AutoCloseable {
  static final int CONTEXTS_MAX = 256;
  private static final Duration LIFE = Duration.ofHours(24);
  private static final Duration RENEW_AFTER = Duration.ofHours(12);

  private final PodAuthority authority;
  private final InstantSource clock;
  private final KeyPair keys = Keys.generate();
  private final LinkedHashMap<Kind, Minted> contexts = new LinkedHashMap<>(16, 0.75f, true);

  /// A context and when it is to be replaced.
  private record Minted(SslContext context, Instant renewAt) {}

  /// What one context is for.
  private record Kind(String host, Alpn alpn) {}

  public Leaves(PodAuthority authority, InstantSource clock) {
    this.authority = authority;
    this.clock = clock;
  }

  /// The server context for one host. The caller has made sure that some target knows it.
  ///
  /// @param host as in [dev.ambit.envelope.Authority]
  public SslContext context(String host, Alpn alpn) throws SSLException {
    var kind = new Kind(host, alpn);
    var kept = contexts.get(kind);
    if (kept != null && clock.instant().isBefore(kept.renewAt())) {
      return kept.context();
    }
    var minted = new Minted(mint(host, alpn), clock.instant().plus(RENEW_AFTER));
    var old = contexts.put(kind, minted);
    if (old != null) {
      ReferenceCountUtil.release(old.context());
    }
    if (contexts.size() > CONTEXTS_MAX) {
      drop(contexts.firstEntry());
    }
    return minted.context();
  }

  int size() {
    return contexts.size();
  }

  @Override
  public void close() {
    while (!contexts.isEmpty()) {
      drop(contexts.firstEntry());
    }
  }

  /// Engines made of a context keep it alive.
  private void drop(Map.Entry<Kind, Minted> eldest) {
    ReferenceCountUtil.release(eldest.getValue().context());
    contexts.remove(eldest.getKey());
  }

  private SslContext mint(String host, Alpn alpn) throws SSLException {
    var leaf =
        authority.issue(
            keys.getPublic(), Leaf.server(Validity.from(clock.instant(), LIFE), name(host)));
    return SslContextBuilder.forServer(keys.getPrivate(), leaf, authority.certificate())
        .sslProvider(Transport.tls())
        // Agents present no certificate; the default trust manager would read all roots anew.
        .trustManager(new TrustsNobody())
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(alpn.config())
        .build();
  }

  private static SubjectName name(String host) {
    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(bare);
    if (literal == null) {
      return new SubjectName.Dns(host);
    }
    try {
      return new SubjectName.Ip(InetAddress.getByAddress(literal));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is one", e);
    }
  }
}
