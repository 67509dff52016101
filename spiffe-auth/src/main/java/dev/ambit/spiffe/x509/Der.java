package dev.ambit.spiffe.x509;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Writes the DER values (X.690) that a certificate is made of. Each method returns one complete
/// value: tag, length, content.
final class Der {
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Instant GENERALIZED_FROM = Instant.parse("2050-01-01T00:00:00Z");

  private Der() {}

  static byte[] sequence(byte[]... values) {
    return value(0x30, concat(values));
  }

  static byte[] set(byte[] value) {
    return value(0x31, value);
  }

  static byte[] integer(BigInteger number) {
    return value(0x02, number.toByteArray());
  }

  static byte[] octets(byte[] content) {
    return value(0x04, content);
  }

  static byte[] yes() {
    return value(0x01, new byte[] {(byte) 0xff});
  }

  /// A bit string of whole octets.
  static byte[] bits(byte[] content) {
    return value(0x03, concat(new byte[] {0}, content));
  }

  /// A named bit list of at most eight bits, the first being the highest; trailing zero bits are
  /// cut as X.690 11.2.2 demands. At least one bit must be set.
  static byte[] namedBits(int octet) {
    return value(0x03, new byte[] {(byte) Integer.numberOfTrailingZeros(octet), (byte) octet});
  }

  static byte[] utf8(String text) {
    return value(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  /// An object identifier; every arc is below 2^28.
  static byte[] oid(String dotted) {
    var arcs = dotted.split("\\.", -1);
    var content = new ByteArrayOutputStream();
    content.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      arc(content, Integer.parseInt(arcs[i]));
    }
    return value(0x06, content.toByteArray());
  }

  /// A time in whole seconds: UTCTime until 2049, GeneralizedTime after it (RFC 5280 4.1.2.5).
  static byte[] time(Instant instant) {
    return instant.isBefore(GENERALIZED_FROM)
        ? value(0x17, ascii(UTC_TIME.format(instant)))
        : value(0x18, ascii(GENERALIZED_TIME.format(instant)));
  }

  /// A context-specific value that holds complete values.
  static byte[] explicit(int number, byte[] value) {
    return value(0xa0 | number, value);
  }

  /// A context-specific value that replaces a primitive tag.
  static byte[] implicit(int number, byte[] content) {
    return value(0x80 | number, content);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] concat(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] value(int tag, byte[] content) {
    var out = new ByteArrayOutputStream(content.length + 6);
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      var length = BigInteger.valueOf(content.length).toByteArray();
      int skip = length[0] == 0 ? 1 : 0;
      out.write(0x80 | (length.length - skip));
      out.write(length, skip, length.length - skip);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void arc(ByteArrayOutputStream out, int arc) {
    for (int shift = 21; shift > 0; shift -= 7) {
      if (arc >>> shift != 0) {
        out.write(0x80 | ((arc >>> shift) & 0x7f));
      }
    }
    out.write(arc & 0x7f);
  }
}
