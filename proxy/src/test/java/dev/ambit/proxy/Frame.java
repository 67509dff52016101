package dev.ambit.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/// One frame of WebSocket as a test writes and reads it (RFC 6455 5.2), with every bit at its will.
///
/// @param first FIN, the reserved bits and the opcode
/// @param payload unmasked, one character for a byte
public record Frame(int first, boolean masked, String payload) {
  public static final int LAST = 0x80;
  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xa;

  private static final byte[] MASK = {0x11, 0x22, (byte) 0xa3, 0x44};

  /// As a client must write it.
  public static Frame masked(int first, String payload) {
    return new Frame(first, true, payload);
  }

  /// As a server must write it.
  public static Frame plain(int first, String payload) {
    return new Frame(first, false, payload);
  }

  public static String closing(int code, String reason) {
    return new String(new char[] {(char) (code >>> 8), (char) (code & 0xff)}) + reason;
  }

  public static Frame zeros(int first, boolean masked, int bytes) {
    return new Frame(first, masked, "\0".repeat(bytes));
  }

  /// The code of a Close, 0 for one without.
  public int code() {
    return payload.length() < 2 ? 0 : payload.charAt(0) << 8 | payload.charAt(1);
  }

  /// Why it was closed.
  public String reason() {
    return payload.length() < 2 ? "" : payload.substring(2);
  }

  public boolean isClose() {
    return (first & 0xf) == CLOSE;
  }

  public byte[] bytes() {
    var out = new ByteArrayOutputStream();
    out.write(first);
    int mask = masked ? 0x80 : 0;
    if (payload.length() < 126) {
      out.write(mask | payload.length());
    } else if (payload.length() < 0x1_0000) {
      out.write(mask | 126);
      out.write(payload.length() >>> 8);
      out.write(payload.length());
    } else {
      out.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) payload.length() >>> shift));
      }
    }
    if (masked) {
      out.writeBytes(MASK);
    }
    for (int i = 0; i < payload.length(); i++) {
      out.write(masked ? payload.charAt(i) ^ MASK[i % MASK.length] : payload.charAt(i));
    }
    return out.toByteArray();
  }

  /// As bytes of one character each.
  public String wire() {
    return new String(bytes(), ISO_8859_1);
  }

  /// The next one; throws [EOFException] where there is none.
  public static Frame read(InputStream from) throws IOException {
    var in = new DataInputStream(from);
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    boolean masked = (second & 0x80) != 0;
    int said = second & 0x7f;
    long length = said == 126 ? in.readUnsignedShort() : said == 127 ? in.readLong() : said;
    var mask = new byte[MASK.length];
    if (masked) {
      in.readFully(mask);
    }
    var payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % mask.length];
    }
    return new Frame(first, masked, new String(payload, ISO_8859_1));
  }
}
