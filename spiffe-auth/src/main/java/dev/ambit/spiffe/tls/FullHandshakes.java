package dev.ambit.spiffe.tls;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.internal.tcnative.SSL;
import java.time.Duration;
import javax.net.ssl.SSLEngine;

/// A context whose connections all begin with a full handshake. A resumed session would skip the
/// peer's certificate, and with it everything that has changed since: bundle, policy, expiry.
final class FullHandshakes extends DelegatingSslContext {
  /// TLS 1.2 could resume by a session ID, which the JDK's server cannot be told not to offer.
  private static final String PROTOCOL = "TLSv1.3";

  /// No ticket may live longer than a week (RFC 8446 4.6.1). When its sessions do, the JDK sends
  /// none and keeps none; it has no other switch that is not of the whole process.
  private static final long BEYOND_TICKETS = Duration.ofDays(8).toSeconds();

  private FullHandshakes(SslContext context) {
    super(context);
  }

  /// All that a context of the JDK's TLS needs.
  static SslContextBuilder configure(SslContextBuilder builder) {
    return builder.protocols(PROTOCOL).sessionTimeout(BEYOND_TICKETS);
  }

  /// Completes what [#configure] began where the context is BoringSSL's.
  static SslContext of(SslContext context) {
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    }
    return new FullHandshakes(context);
  }

  /// Netty turns tickets on in each engine that speaks TLS 1.3, whatever its context says.
  @Override
  protected void initEngine(SSLEngine engine) {
    if (engine instanceof ReferenceCountedOpenSslEngine boring) {
      SSL.setOptions(boring.sslPointer(), SSL.SSL_OP_NO_TICKET);
    }
  }
}
