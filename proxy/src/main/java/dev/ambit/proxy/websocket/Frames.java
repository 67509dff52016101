package dev.ambit.proxy.websocket;

import dev.ambit.proxy.model.WebSocketLimits;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reads the frames of one direction as they pass (RFC 6455 5), however they are cut, and holds
/// nothing of them but a head. No extension is ever agreed on, so what only an extension could give
/// a meaning has none. What is in a message is for its ends to judge.
public final class Frames {
  private static final int CONTINUATION = 0x0;
  private static final int CLOSE = 0x8;
  private static final int CONTROL_BYTES_MAX = 125;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;
  private static final int MASK_BYTES = 4;

  private final boolean masked;
  private final WebSocketLimits limits;

  private int headRead;
  private int headBytes;
  private int opcode;
  private boolean last;
  private int lengthBytes;
  private long length;
  private int mask;

  private long payloadRead;
  private int closeCode;

  private boolean inMessage;
  private long messageBytes;
  private int fragments;
  private long messages;
  private boolean closed;

  /// @param masked whether every frame must be, as those of a client are, or must not be
  public Frames(boolean masked, WebSocketLimits limits) {
    this.masked = masked;
    this.limits = limits;
  }

  /// Whether what has been read ends with a frame.
  public boolean between() {
    return headRead == 0;
  }

  /// Whether a whole Close has passed, behind which nothing may come.
  public boolean closed() {
    return closed;
  }

  /// Whole messages of data.
  public long messages() {
    return messages;
  }

  /// Reads the piece and leaves it as it is; says what must keep it from going on. Nothing can be
  /// read after that.
  public @Nullable Violation read(ByteBuf piece) {
    int at = piece.readerIndex();
    int end = piece.writerIndex();
    while (at < end) {
      if (inPayload()) {
        int step = (int) Math.min(length - payloadRead, end - at);
        payload(piece, at, step);
        at += step;
      } else {
        var wrong = headByte(piece.getUnsignedByte(at++));
        if (wrong != null) {
          return wrong;
        }
      }
      if (inPayload() && payloadRead == length) {
        var wrong = endOfFrame();
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return null;
  }

  private boolean inPayload() {
    return headRead > 1 && headRead == headBytes;
  }

  private @Nullable Violation headByte(int b) {
    if (closed) {
      return Violation.protocol("something came behind a Close");
    }
    int place = headRead++;
    if (place == 0) {
      return first(b);
    } else if (place == 1) {
      return second(b);
    } else if (place < 2 + lengthBytes) {
      if (length > Long.MAX_VALUE >> Byte.SIZE) {
        return Violation.tooBig("a frame is longer than its bound");
      }
      length = length << Byte.SIZE | b;
    } else {
      mask = mask << Byte.SIZE | b;
    }
    return headRead == 2 + lengthBytes ? lengthKnown() : null;
  }

  private @Nullable Violation first(int b) {
    last = (b & 0x80) != 0;
    opcode = b & 0x0f;
    if ((b & 0x70) != 0) {
      return Violation.protocol("a bit is set that only an extension gives a meaning");
    }
    return switch (opcode) {
      case CONTINUATION ->
          inMessage ? null : Violation.protocol("a continuation stands outside of a message");
      case 0x1, 0x2 -> inMessage ? Violation.protocol("a message begins within another one") : null;
      case CLOSE, 0x9, 0xa -> last ? null : Violation.protocol("a control frame is in pieces");
      default -> Violation.protocol("a frame is of no known kind");
    };
  }

  private @Nullable Violation second(int b) {
    if (((b & 0x80) != 0) != masked) {
      return Violation.protocol(masked ? "a frame is not masked" : "a frame is masked");
    }
    int said = b & 0x7f;
    if (control() && said > CONTROL_BYTES_MAX) {
      return Violation.protocol("a control frame is longer than 125 bytes");
    }
    lengthBytes = said == EIGHT_BYTES ? 8 : said == TWO_BYTES ? 2 : 0;
    headBytes = 2 + lengthBytes + (masked ? MASK_BYTES : 0);
    length = lengthBytes == 0 ? said : 0;
    payloadRead = 0;
    mask = 0;
    closeCode = 0;
    return lengthBytes == 0 ? lengthKnown() : null;
  }

  private @Nullable Violation lengthKnown() {
    long least = lengthBytes == 8 ? 0x1_0000 : lengthBytes == 2 ? TWO_BYTES : 0;
    if (length < least) {
      return Violation.protocol("a length is not written as short as it can be");
    }
    if (control()) {
      return opcode == CLOSE && length == 1 ? Violation.protocol("a Close has half a code") : null;
    }
    if (length > limits.frameBytes()) {
      return Violation.tooBig("a frame is longer than " + limits.frameBytes() + " bytes");
    }
    messageBytes += length;
    fragments++;
    inMessage = !last;
    if (messageBytes > limits.messageBytes()) {
      return Violation.tooBig("a message is longer than " + limits.messageBytes() + " bytes");
    }
    if (fragments > limits.fragments()) {
      return Violation.tooBig("a message has more than " + limits.fragments() + " frames");
    }
    return null;
  }

  private void payload(ByteBuf piece, int at, int bytes) {
    if (opcode == CLOSE) {
      for (int i = 0; i < bytes && payloadRead + i < 2; i++) {
        int place = (int) payloadRead + i;
        int key = masked ? mask >>> (Byte.SIZE * (MASK_BYTES - 1 - place)) & 0xff : 0;
        closeCode = closeCode << Byte.SIZE | (piece.getUnsignedByte(at + i) ^ key);
      }
    }
    payloadRead += bytes;
  }

  private @Nullable Violation endOfFrame() {
    headRead = 0;
    if (opcode == CLOSE) {
      closed = true;
      return length == 0 || mayClose(closeCode)
          ? null
          : Violation.protocol("a Close has a code that nobody may send");
    }
    if (!control() && last) {
      messages++;
      messageBytes = 0;
      fragments = 0;
    }
    return null;
  }

  /// Codes that may be on the wire (RFC 6455 7.4, and what was registered since).
  private static boolean mayClose(int code) {
    return (code >= 1_000 && code <= 1_003)
        || (code >= 1_007 && code <= 1_014)
        || (code >= 3_000 && code <= 4_999);
  }

  private boolean control() {
    return opcode >= CLOSE;
  }
}
