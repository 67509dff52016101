package dev.ambit.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsResponseDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PointedNamesTest {
  private static final InetSocketAddress HERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);

  /// 253 characters, the longest there are.
  private static final String LONGEST =
      String.join(".", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61));

  @Test
  void theLongestNameFitsIntoADatagramWithAllItsAddresses() throws Exception {
    var response = new DatagramDnsResponse(HERE, HERE, 7);
    fill(response, LONGEST);
    var encoder = new EmbeddedChannel(new DatagramDnsResponseEncoder(new PointedNames()));
    assertThat(encoder.writeOutbound(response)).isTrue();
    DatagramPacket packet = encoder.readOutbound();
    assertThat(packet.content().readableBytes()).isLessThanOrEqualTo(512);

    var decoder = new EmbeddedChannel(new DatagramDnsResponseDecoder());
    assertThat(decoder.writeInbound(packet)).isTrue();
    assertThat(names(decoder.readInbound())).hasSize(9).containsOnly(LONGEST + ".");
  }

  @Test
  void pointsToTheSamePlaceBehindTheLengthOfAConnection() throws Exception {
    var response = new DefaultDnsResponse(7);
    fill(response, "a.b");
    var encoder = new EmbeddedChannel(new TcpDnsResponseEncoder(new PointedNames()));
    assertThat(encoder.writeOutbound(response)).isTrue();
    var decoder = new EmbeddedChannel(new TcpDnsResponseDecoder());
    for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
      var _ = decoder.writeInbound(part);
    }
    assertThat(names(decoder.readInbound())).hasSize(9).containsOnly("a.b.");
  }

  private static void fill(DnsResponse response, String name) throws UnknownHostException {
    var question = new DefaultDnsQuestion(name + ".", DnsRecordType.AAAA);
    response.addRecord(DnsSection.QUESTION, question);
    var found = new ArrayList<InetAddress>();
    for (var last = 1; last <= 2 * DnsAnswers.ADDRESSES_MAX; last++) {
      found.add(InetAddress.getByName("2001:db8::" + last));
    }
    DnsAnswers.addresses(response, question, found);
  }

  /// Of the question and the answers; releases the message.
  private static List<String> names(DnsResponse response) {
    try {
      var names = new ArrayList<String>();
      for (var section : List.of(DnsSection.QUESTION, DnsSection.ANSWER)) {
        for (var record = 0; record < response.count(section); record++) {
          names.add(response.<DnsRecord>recordAt(section, record).name());
        }
      }
      return names;
    } finally {
      response.release();
    }
  }
}
