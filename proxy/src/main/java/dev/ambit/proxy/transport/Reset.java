package dev.ambit.proxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;

/// Ends a connection at once: nothing that waits to be written is sent any more, not even TLS's
/// farewell, and the peer sees a reset.
public final class Reset {
  private Reset() {}

  public static void now(Channel channel) {
    linger(channel);
    var first = channel.pipeline().firstContext();
    if (first == null) {
      var _ = channel.close();
    } else {
      // From the first handler on the close passes nobody who would write.
      var _ = first.close();
    }
  }

  private static void linger(Channel channel) {
    try {
      if (channel.isOpen()) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
      }
    } catch (ChannelException _) {
      // The peer was faster; closed is closed.
    }
  }
}
