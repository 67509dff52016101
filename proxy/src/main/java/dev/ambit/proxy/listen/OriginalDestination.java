package dev.ambit.proxy.listen;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// Where an agent meant to connect before the kernel turned it (`SO_ORIGINAL_DST` of netfilter,
/// linux/netfilter_ipv4.h and linux/netfilter_ipv6/ip6_tables.h): a `sockaddr_in` or
/// `sockaddr_in6`, port and address in network order.
final class OriginalDestination {
  private static final int OPTION = 80;
  private static final int PORT_AT = 2;
  private static final int IPV4_AT = 4;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_AT = 8;
  private static final int IPV6_BYTES = 16;
  private static final RawUnixChannelOption IPV4 =
      new RawUnixChannelOption("SO_ORIGINAL_DST", 0, OPTION, 16);
  private static final RawUnixChannelOption IPV6 =
      new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, OPTION, 28);

  private OriginalDestination() {}

  /// Empty when the kernel did not turn it: it has no entry, or one that leads here. Works with
  /// epoll alone.
  static Optional<InetSocketAddress> of(SocketChannel agent) {
    var here = agent.localAddress();
    var six = here.getAddress() instanceof Inet6Address;
    try {
      var raw = agent.config().getOption(six ? IPV6 : IPV4);
      return raw == null
          ? Optional.empty()
          : Optional.of(six ? read(raw, IPV6_AT, IPV6_BYTES) : read(raw, IPV4_AT, IPV4_BYTES))
              .filter(original -> original.getPort() != 0 && !original.equals(here));
    } catch (ChannelException _) {
      return Optional.empty();
    }
  }

  private static InetSocketAddress read(ByteBuffer raw, int at, int length) {
    var bytes = new byte[length];
    raw.get(raw.position() + at, bytes);
    var port = Short.toUnsignedInt(raw.getShort(raw.position() + PORT_AT));
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(Arrays.toString(bytes), impossible);
    }
  }
}
