package dev.ambit.spiffe.x509;

import java.nio.ByteBuffer;

/// Reads the DER values (X.690) that stand one behind the other. Only for what the JDK has parsed
/// and written before: lengths are believed.
final class DerReader {
  private final ByteBuffer bytes;

  DerReader(byte[] values) {
    bytes = ByteBuffer.wrap(values);
  }

  boolean more() {
    return bytes.hasRemaining();
  }

  /// The tag of the next value, which stays where it is.
  int tag() {
    return bytes.get(bytes.position()) & 0xff;
  }

  /// The content of the next value.
  byte[] content() {
    var header = header();
    var content = new byte[header.remaining()];
    header.get(content);
    return content;
  }

  /// The next value with its tag and length.
  byte[] whole() {
    int start = bytes.position();
    var content = header();
    var whole = new byte[content.limit() - start];
    bytes.get(start, whole);
    return whole;
  }

  /// Steps over the next value; returns a view of its content.
  private ByteBuffer header() {
    bytes.position(bytes.position() + 1);
    int length = length();
    var content = bytes.duplicate().limit(bytes.position() + length);
    bytes.position(content.limit());
    return content;
  }

  private int length() {
    int first = bytes.get() & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int octets = first & 0x7f; octets > 0; octets--) {
      length = (length << 8) | (bytes.get() & 0xff);
    }
    return length;
  }
}
