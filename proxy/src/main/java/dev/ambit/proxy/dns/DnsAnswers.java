package dev.ambit.proxy.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/// Fills answers (RFC 1035 4, negative ones by RFC 2308). Pure.
final class DnsAnswers {
  /// Seconds that an agent may keep an address; where a call really goes is looked up for the call.
  static final int TTL_SECONDS = 5;

  /// Seconds that an agent may believe that a name does not exist: a session may open any time.
  static final int NEGATIVE_TTL_SECONDS = 1;

  /// Addresses in one answer, so that with [PointedNames] it always fits into 512 bytes.
  static final int ADDRESSES_MAX = 8;

  private DnsAnswers() {}

  /// Those of the addresses that the question is for; none is an answer without records.
  static void addresses(DnsResponse response, DnsQuestion question, List<InetAddress> found) {
    var wanted =
        found.stream()
            .filter(address ->
                question
                    .type()
                    .equals(address instanceof Inet4Address ? DnsRecordType.A : DnsRecordType.AAAA))
            .limit(ADDRESSES_MAX)
            .toList();
    for (var address : wanted) {
      response.addRecord(
          DnsSection.ANSWER,
          new DefaultDnsRawRecord(
              question.name(),
              question.type(),
              TTL_SECONDS,
              Unpooled.wrappedBuffer(address.getAddress())));
    }
    if (wanted.isEmpty()) {
      response.addRecord(DnsSection.AUTHORITY, nothing());
    }
  }

  static void noSuchName(DnsResponse response) {
    response.setCode(DnsResponseCode.NXDOMAIN);
    response.addRecord(DnsSection.AUTHORITY, nothing());
  }

  /// The SOA record that says how long nothing is nothing, by a root that is ours alone.
  private static DnsRecord nothing() {
    ByteBuf content = Unpooled.buffer();
    name(content, "ambit", "invalid");
    name(content, "nobody", "ambit", "invalid");
    content.writeInt(1); // serial
    for (var seconds = 0; seconds < 4; seconds++) { // refresh, retry, expire, minimum
      content.writeInt(NEGATIVE_TTL_SECONDS);
    }
    return new DefaultDnsRawRecord(".", DnsRecordType.SOA, NEGATIVE_TTL_SECONDS, content);
  }

  private static void name(ByteBuf content, String... labels) {
    for (var label : labels) {
      content.writeByte(label.length());
      content.writeCharSequence(label, US_ASCII);
    }
    content.writeByte(0);
  }
}
