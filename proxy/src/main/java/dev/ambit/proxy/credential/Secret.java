package dev.ambit.proxy.credential;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Bytes that must not be seen: in direct memory of their own, wiped when their session ends, never
/// a `String`, never printed (INV-18). Confined to the event loop.
public final class Secret {
  /// RFC 3986 2.3, and the sign of an escape.
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%";

  private final ByteBuf bytes;

  private Secret(ByteBuf bytes) {
    this.bytes = bytes;
  }

  /// Moves the bytes: the array is wiped.
  public static Secret move(byte[] from) {
    var bytes = Unpooled.directBuffer(Math.max(1, from.length)).writeBytes(from);
    java.util.Arrays.fill(from, (byte) 0);
    return new Secret(bytes);
  }

  public boolean wiped() {
    return bytes.refCnt() == 0;
  }

  /// Whether it can be a field value: not empty, not longer than `bytesMax`, no control character.
  boolean fits(int bytesMax) {
    return bytes.isReadable()
        && bytes.readableBytes() <= bytesMax
        && bytes.forEachByte(octet -> octet >= 0x20 && octet != 0x7f) < 0;
  }

  /// Whether it can stand in a query as it is: what URLs do not reserve, and escapes.
  boolean fitsQuery() {
    return bytes.forEachByte(octet -> octet < 0x7f && UNRESERVED.indexOf(octet) >= 0) < 0;
  }

  /// Appends the bytes to a message head. Throws when they have been wiped.
  public void writeTo(ByteBuf head) {
    head.writeBytes(bytes, 0, bytes.writerIndex());
  }

  /// Wipes and frees the bytes. Doing it twice does no harm.
  public void wipe() {
    if (!wiped()) {
      bytes.setZero(0, bytes.capacity());
      bytes.release();
    }
  }
}
