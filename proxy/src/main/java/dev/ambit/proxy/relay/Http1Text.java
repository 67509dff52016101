package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/// Writes the text of HTTP/1.1 message heads from the model (INV-6). A byte that would end a line
/// is a defect of ours by then, and throws.
public final class Http1Text {
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] COLON = {':', ' '};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

  private Http1Text() {}

  public static void requestLine(ByteBuf out, String method, String target) {
    text(out, method);
    out.writeByte(' ');
    text(out, target);
    out.writeBytes(" HTTP/1.1\r\n".getBytes(US_ASCII));
  }

  public static void statusLine(ByteBuf out, int status, String phrase) {
    out.writeBytes("HTTP/1.1 ".getBytes(US_ASCII));
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

  /// The size line of one chunk.
  public static void chunk(ByteBuf out, int bytes) {
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
