package dev.ambit.bench.load;

import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// What an agent's connection was shown in its handshake; for an oracle.
///
/// @param cipher that was agreed on
/// @param names that the certificate speaks for
public record Shown(String cipher, List<String> names) {
  static final Shown NOTHING = new Shown("", List.of());

  public Shown {
    names = List.copyOf(names);
  }

  static Shown to(@Nullable Leg leg) {
    var channel = leg == null ? null : leg.channel();
    var tls = channel == null ? null : channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return NOTHING;
    }
    var session = tls.engine().getSession();
    try {
      return new Shown(session.getCipherSuite(), names(session.getPeerCertificates()[0]));
    } catch (SSLPeerUnverifiedException | CertificateParsingException _) {
      return new Shown(session.getCipherSuite(), List.of());
    }
  }

  /// Whether the certificate is for that host, by name or for all of one label more.
  public boolean vouchesFor(String host) {
    var parent = host.substring(host.indexOf('.') + 1);
    return names.contains(host) || names.contains("*." + parent);
  }

  private static List<String> names(Certificate certificate) throws CertificateParsingException {
    var alternatives = ((X509Certificate) certificate).getSubjectAlternativeNames();
    return Objects.requireNonNullElse(alternatives, List.<List<?>>of()).stream()
        .flatMap(Collection::stream)
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .toList();
  }
}
