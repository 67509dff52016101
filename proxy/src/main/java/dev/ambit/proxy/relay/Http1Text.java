package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.function.Consumer;

/// Writes the text of HTTP/1.1 message heads from the model (INV-6). A byte that would end a line
/// is a defect of ours by then, and throws.
public final class Http1Text {
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] VERSION = "HTTP/1.1 ".getBytes(US_ASCII);
  private static final byte[] END_OF_REQUEST_LINE = " HTTP/1.1\r\n".getBytes(US_ASCII);
  private static final byte[] COLON = {':', ' '};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

  /// Longest piece that is copied rather than passed on.
  private static final int COPIED_MAX = 4 * 1_024;

  /// Room for a size in hex and two line ends.
  private static final int CHUNK_FRAME_MAX = 12;

  private Http1Text() {}

  /// The beginning of a request line; the caller may append to the target, and ends it with
  /// [#endOfRequestLine].
  public static void requestLine(ByteBuf out, String method, String target) {
    text(out, method);
    out.writeByte(' ');
    text(out, target);
  }

  public static void endOfRequestLine(ByteBuf out) {
    out.writeBytes(END_OF_REQUEST_LINE);
  }

  public static void statusLine(ByteBuf out, int status, String phrase) {
    out.writeBytes(VERSION);
    text(out, Integer.toString(status));
    out.writeByte(' ');
    text(out, phrase);
    out.writeBytes(CRLF);
  }

  public static void field(ByteBuf out, CharSequence name, CharSequence value) {
    name(out, name);
    text(out, value);
    out.writeBytes(CRLF);
  }

  /// The beginning of a field whose value the caller writes, and ends with [#endOfLine].
  public static void name(ByteBuf out, CharSequence name) {
    text(out, name);
    out.writeBytes(COLON);
  }

  public static void endOfLine(ByteBuf out) {
    out.writeBytes(CRLF);
  }

  /// Frames one chunk and hands its parts out in order; takes `piece`. A short one is copied, so
  /// that an event is one buffer and not three.
  public static void chunk(ByteBufAllocator alloc, ByteBuf piece, Consumer<ByteBuf> out) {
    int bytes = piece.readableBytes();
    if (bytes <= COPIED_MAX) {
      var whole = alloc.buffer(bytes + CHUNK_FRAME_MAX);
      size(whole, bytes);
      whole.writeBytes(piece).writeBytes(CRLF);
      piece.release();
      out.accept(whole);
    } else {
      var head = alloc.buffer(CHUNK_FRAME_MAX);
      size(head, bytes);
      out.accept(head);
      out.accept(piece);
      out.accept(alloc.buffer(CRLF.length).writeBytes(CRLF));
    }
  }

  private static void size(ByteBuf out, int bytes) {
    text(out, Integer.toHexString(bytes));
    out.writeBytes(CRLF);
  }

  public static void lastChunk(ByteBuf out) {
    out.writeBytes(LAST_CHUNK);
  }

  private static void text(ByteBuf out, CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r' || c == '\n' || c == 0) {
        throw new IllegalArgumentException("text: a line end (expected: none)");
      }
    }
    ByteBufUtil.writeAscii(out, text);
  }
}
