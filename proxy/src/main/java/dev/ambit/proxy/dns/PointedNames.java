package dev.ambit.proxy.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordEncoder;

/// Writes the name of the question once and points back to it (RFC 1035 4.1.4): every other name of
/// our answers is the same or the root's, and only so does the longest fit into 512 bytes with
/// [DnsAnswers#ADDRESSES_MAX] addresses. Pure.
final class PointedNames extends DefaultDnsRecordEncoder {
  /// The question stands behind the header, which by TCP has two bytes of length before it.
  private static final int QUESTION_AT = 12;

  private static final int LENGTH_BYTES = 2;
  private static final int POINTER = 0xc000;

  @Override
  protected void encodeName(String name, ByteBuf out) throws Exception {
    if (name.equals(".") || out.readableBytes() <= QUESTION_AT + LENGTH_BYTES) {
      super.encodeName(name, out);
    } else {
      out.writeShort(POINTER | QUESTION_AT);
    }
  }
}
