package dev.ambit.proxy.transport;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which protocols one end of a TLS connection offers (RFC 7301).
public enum Alpn {
  HTTP1,
  BOTH,
  HTTP2;

  private static final List<String> ONE = List.of(ApplicationProtocolNames.HTTP_1_1);
  private static final List<String> TWO = List.of(ApplicationProtocolNames.HTTP_2);

  /// The one that is wanted most stands first.
  private static final List<String> EITHER =
      List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);

  public List<String> names() {
    return switch (this) {
      case HTTP1 -> ONE;
      case BOTH -> EITHER;
      case HTTP2 -> TWO;
    };
  }

  public boolean offersHttp2() {
    return this != HTTP1;
  }

  public ApplicationProtocolConfig config() {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        names());
  }

  /// Whether this is what a handshake settled on when it settled on HTTP/2.
  public static boolean isHttp2(@Nullable String settled) {
    return ApplicationProtocolNames.HTTP_2.equals(settled);
  }
}
