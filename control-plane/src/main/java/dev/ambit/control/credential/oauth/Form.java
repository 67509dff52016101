package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Material;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An `application/x-www-form-urlencoded` body that may carry secrets: built in one array that is
/// wiped. Not thread-safe.
final class Form implements AutoCloseable {
  static final String ALPHANUMERIC =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private static final String UNRESERVED = "-._*";
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[1_024];
  private int length;

  Form add(String name, String value) {
    return add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  Form add(String name, Material value) {
    return add(name, value.bytes());
  }

  /// What was added so far; wiped by the caller.
  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
    length = 0;
  }

  /// One value in the encoding of the form (the client's id and secret are put into it before they
  /// go into HTTP Basic, RFC 6749 2.3.1); wiped by the caller.
  static byte[] encoded(byte[] value) {
    try (var form = new Form()) {
      form.encode(value);
      return form.toBytes();
    }
  }

  private Form add(String name, byte[] value) {
    if (length > 0) {
      put((byte) '&');
    }
    encode(name.getBytes(StandardCharsets.UTF_8));
    put((byte) '=');
    encode(value);
    return this;
  }

  private void encode(byte[] text) {
    for (var b : text) {
      if (ALPHANUMERIC.indexOf(b) >= 0 || UNRESERVED.indexOf(b) >= 0) {
        put(b);
      } else if (b == ' ') {
        put((byte) '+');
      } else {
        put((byte) '%');
        put(HEX[(b >> 4) & 0xf]);
        put(HEX[b & 0xf]);
      }
    }
  }

  private void put(byte b) {
    if (length == bytes.length) {
      var larger = Arrays.copyOf(bytes, length * 2);
      Arrays.fill(bytes, (byte) 0);
      bytes = larger;
    }
    bytes[length++] = b;
  }
}
