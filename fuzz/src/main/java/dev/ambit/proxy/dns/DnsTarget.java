package dev.ambit.proxy.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.fuzz.targets.Laws;
import dev.ambit.proxy.decode.SyntheticAddresses;
import dev.ambit.proxy.decode.TunnelGate;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.OpaqueLimits;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Queries of the agent's resolver: whatever comes gets one answer at most that fits and is its
/// own, the same by datagram and by connection; nobody outside hears of a name that no target
/// holds, and addresses are for the name that a naive reader finds.
public final class DnsTarget {
  private static final String HOST = "api.good.test";
  private static final InetSocketAddress HERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);
  private static final SessionImage IMAGE = image();
  private static final int HEADER_BYTES = 12;
  private static final int DATAGRAM_BYTES_MAX = 512;
  private static final int MESSAGE_BYTES_MAX = 65_535;
  private static final int ANSWERS_AT = 6;
  private static final int JUMPS_MAX = 64;

  private DnsTarget() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length > MESSAGE_BYTES_MAX) {
      return;
    }
    var byDatagram = datagram(input);
    if (byDatagram != null) {
      Laws.hold(byDatagram.length <= DATAGRAM_BYTES_MAX, "an answer fits into a datagram");
      Laws.same(
          ByteBuffer.wrap(byDatagram).getShort(),
          ByteBuffer.wrap(input).getShort(),
          "the answer's id");
      Laws.hold(byDatagram[2] < 0, "it says that it is an answer");
      if (ByteBuffer.wrap(byDatagram).getShort(ANSWERS_AT) > 0) {
        Laws.same(naive(input), HOST, "the name that addresses are for");
      }
    }
    Laws.same(hex(connection(input)), hex(byDatagram), "the answer by a connection");
  }

  private static byte @Nullable [] datagram(byte[] input) {
    var asked = new ArrayList<String>();
    var queries = queries(asked);
    var channel =
        new EmbeddedChannel(
            new DatagramDnsQueryDecoder(),
            new DatagramDnsResponseEncoder(new PointedNames()),
            queries);
    try {
      channel.writeInbound(new DatagramPacket(Unpooled.copiedBuffer(input), HERE, HERE));
      judge(queries, asked);
      DatagramPacket answer = channel.readOutbound();
      Laws.hold(channel.outboundMessages().isEmpty(), "at most one answer");
      return answer == null ? null : bytes(answer.content());
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static byte @Nullable [] connection(byte[] input) {
    var asked = new ArrayList<String>();
    var queries = queries(asked);
    var channel =
        new EmbeddedChannel(
            new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(new PointedNames()), queries);
    try {
      channel.writeInbound(Unpooled.buffer().writeShort(input.length).writeBytes(input.clone()));
      judge(queries, asked);
      var all = Unpooled.buffer();
      for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
        all.writeBytes(part);
        part.release();
      }
      if (!all.isReadable()) {
        return null;
      }
      var length = all.readUnsignedShort();
      Laws.same(all.readableBytes(), length, "length by a connection");
      return bytes(all);
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static void judge(DnsQueries queries, List<String> asked) {
    Laws.same(
        queries.answered() + queries.unknown() + queries.failed(), 1L, "messages that are counted");
    Laws.hold(asked.stream().allMatch(HOST::equals), "asked outside: " + asked);
  }

  private static DnsQueries queries(List<String> asked) {
    var address = address();
    return new DnsQueries(
        new TunnelGate(() -> IMAGE, () -> true),
        host -> {
          asked.add(host);
          return CompletableFuture.completedStage(List.of(address));
        },
        new SyntheticAddresses(List::of, OpaqueLimits.DEFAULT, () -> 0),
        new Sessions(() -> IMAGE, () -> true, () -> 0),
        new Deaf(),
        () -> new CallId("01ARZ3NDEKTSV4RRFFQ69G5FC1"),
        () -> 0);
  }

  /// The first name behind the header, in lower case; follows pointers and believes all lengths.
  private static String naive(byte[] message) {
    var name = new StringBuilder();
    try {
      var in = ByteBuffer.wrap(message);
      in.position(HEADER_BYTES);
      for (int jumps = 0; jumps < JUMPS_MAX; ) {
        int length = in.get() & 0xff;
        if (length == 0) {
          return name.toString().toLowerCase(Locale.ROOT);
        }
        if (length >= 0xc0) {
          in.position(((length & 0x3f) << 8) | (in.get() & 0xff));
          jumps++;
          continue;
        }
        var label = new byte[length];
        in.get(label);
        name.append(name.isEmpty() ? "" : ".").append(new String(label, ISO_8859_1));
      }
    } catch (BufferUnderflowException | IllegalArgumentException broken) {
      throw new AssertionError("answered, but a naive reader leaves the message", broken);
    }
    throw new AssertionError("answered, but a naive reader finds no end of the name");
  }

  private static byte[] bytes(ByteBuf from) {
    try {
      return ByteBufUtil.getBytes(from);
    } finally {
      from.release();
    }
  }

  private static String hex(byte @Nullable [] bytes) {
    return bytes == null ? "none" : ByteBufUtil.hexDump(bytes);
  }

  private static InetAddress address() {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static SessionImage image() {
    var id = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FA1");
    var target =
        new Target(
            "good",
            List.of(HostPattern.parse(HOST).orThrow()),
            Set.of(443),
            Protocol.HTTPS,
            AddressRules.PUBLIC,
            new UpstreamRoots.SystemRoots());
    var envelope =
        new Envelope(
            id,
            "items",
            "spiffe://example.org/ns/agents/sa/coder",
            Binding.IDENTITY,
            Sharing.EXCLUSIVE,
            Instant.parse("2026-03-01T13:00:00Z"),
            Duration.ZERO,
            OptionalLong.empty(),
            List.of(target),
            List.of(),
            List.of());
    var session =
        new Session(id, 1, false, Rules.of(envelope), "00".repeat(32), Long.MAX_VALUE, "");
    return new SessionImage(1, 1, Map.of(id, session), Map.of());
  }

  /// Hears nothing.
  private static final class Deaf implements CallLog {
    @Override
    public void permitted(Arrival arrival, Session session, String target, String grant) {}

    @Override
    public void ended(Arrival arrival, CallEnd end) {}

    @Override
    public void refused(
        CallId id, Optional<Authority> authority, String method, Denial denial, int status) {}
  }
}
