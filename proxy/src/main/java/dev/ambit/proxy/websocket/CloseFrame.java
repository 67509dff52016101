package dev.ambit.proxy.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Writes a Close of our own (RFC 6455 5.5.1).
final class CloseFrame {
  static final int GOING_AWAY = 1_001;
  static final int POLICY = 1_008;
  static final int BAD_GATEWAY = 1_014;

  private static final int FIRST = 0x88;
  private static final int MASKED = 0x80;

  /// The sample of RFC 6455. A mask must be unforeseen where somebody chooses the payload that it
  /// hides; this one is ours.
  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

  private CloseFrame() {}

  /// @param reason short ASCII, ours
  /// @param masked as a client must write it
  static ByteBuf of(int code, String reason, boolean masked) {
    var text = reason.getBytes(US_ASCII);
    var payload = new byte[2 + text.length];
    payload[0] = (byte) (code >>> Byte.SIZE);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, text.length);
    var frame = Unpooled.buffer(2 + MASK.length + payload.length);
    frame.writeByte(FIRST).writeByte(payload.length | (masked ? MASKED : 0));
    if (masked) {
      frame.writeBytes(MASK);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= MASK[i % MASK.length];
      }
    }
    return frame.writeBytes(payload);
  }
}
