package dev.ambit.bench.load;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;

/// What is offered in a handshake, on either side (RFC 7301).
public final class Alpn {
  private Alpn() {}

  /// These, the first most wanted; nothing where there are none.
  public static ApplicationProtocolConfig offering(String... protocols) {
    return protocols.length == 0
        ? ApplicationProtocolConfig.DISABLED
        : new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            protocols);
  }
}
