package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Stands before Netty's codec and lets only those bytes through that form requests with exactly
/// one meaning (security.md 4.4). Emits each [Head] right before its bytes, so that the next
/// parser's reading can be compared with this one; at the first byte that is not as it must be
/// emits [Unreadable] and nothing after it. Its verdict does not depend on how the input is cut.
final class RequestGuard extends ByteToMessageDecoder {
  private static final byte[] LAST_CRLF = {'\r', '\n'};

  private enum At {
    /// Before a request line; one CRLF may stand there (RFC 9112 2.2).
    START,
    START_LF,
    HEAD,
    FIRST_CHUNK,
    SIZED,
    CHUNKED,
    /// Behind a CONNECT: what follows is not ours to read.
    TUNNEL,
    /// Behind a request for WebSocket, which is the last request of its connection.
    OPENING,
    DEAD
  }

  private final Limits limits;
  private At at = At.START;
  private boolean emptyLineSeen;
  private int scanned;
  private int lineStart;
  private boolean carriageReturn;
  private boolean requestLineRead;
  private HeadLines lines;
  private ChunkFraming chunks;
  private @Nullable Head head;
  private long remaining;

  RequestGuard(Limits limits) {
    this.limits = limits;
    this.lines = new HeadLines(limits);
    this.chunks = new ChunkFraming(limits);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      switch (at) {
        case START, START_LF -> start(ctx, in, out);
        case HEAD -> head(in, out);
        case FIRST_CHUNK -> firstChunk(in, out);
        case SIZED -> sized(in, out);
        case CHUNKED -> chunked(in, out);
        case TUNNEL -> {}
        case OPENING -> throw Opening.behind();
        case DEAD -> in.skipBytes(in.readableBytes());
      }
    } catch (Refused refused) {
      in.skipBytes(in.readableBytes());
      at = At.DEAD;
      out.add(new Unreadable(refused.denial(), lines.method()));
    }
  }

  private void start(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Refused {
    byte first = in.getByte(in.readerIndex());
    if (at == At.START_LF) {
      if (first != '\n') {
        throw Refused.malformed("A carriage return without a line feed.");
      }
      in.skipBytes(1);
      at = At.START;
    } else if (first == '\r' && !emptyLineSeen) {
      emptyLineSeen = true;
      in.skipBytes(1);
      at = At.START_LF;
    } else if (Ascii.tokenChar(first)) {
      begin();
      ctx.fireUserEventTriggered(Signal.HEAD_BEGUN);
      head(in, out);
    } else {
      lines = new HeadLines(limits);
      throw Refused.malformed("The request does not begin with a method.");
    }
  }

  private void begin() {
    at = At.HEAD;
    emptyLineSeen = false;
    scanned = 0;
    lineStart = 0;
    carriageReturn = false;
    requestLineRead = false;
    lines = new HeadLines(limits);
  }

  private void head(ByteBuf in, List<Object> out) throws Refused {
    int base = in.readerIndex();
    while (base + scanned < in.writerIndex()) {
      byte b = in.getByte(base + scanned++);
      if (scanned > limits.headBytes()) {
        throw Refused.limit("The request head is larger than " + limits.headBytes() + " bytes.");
      }
      if (!carriageReturn) {
        carriageReturn = lineByte(b);
      } else if (b != '\n') {
        throw Refused.malformed("A carriage return without a line feed.");
      } else {
        carriageReturn = false;
        var line = in.toString(base + lineStart, scanned - 2 - lineStart, US_ASCII);
        lineStart = scanned;
        if (line.isEmpty() && requestLineRead) {
          endOfHead(in, out);
          return;
        }
        line(line);
      }
    }
  }

  /// Checks one byte within a line; true when it is the carriage return that must end it.
  private boolean lineByte(byte b) throws Refused {
    if (b == '\r') {
      return true;
    }
    // Bytes are signed: everything beyond ASCII is below 0x20 as well.
    if ((b < 0x20 && b != '\t') || b == 0x7f) {
      throw Refused.malformed("The request head holds a byte that is not printable ASCII.");
    }
    if (!requestLineRead && scanned > limits.requestLineBytes()) {
      throw Refused.malformed(
          "The request line is longer than " + limits.requestLineBytes() + " bytes.");
    }
    return false;
  }

  private void line(String line) throws Refused {
    if (requestLineRead) {
      lines.fieldLine(line);
    } else {
      lines.requestLine(line);
      requestLineRead = true;
    }
  }

  private void endOfHead(ByteBuf in, List<Object> out) throws Refused {
    var read = lines.head();
    head = read;
    switch (read.body()) {
      case Body.None() -> emit(in, out, behind(read));
      case Body.Sized(long bytes) -> {
        remaining = bytes;
        emit(in, out, bytes == 0 ? At.START : At.SIZED);
      }
      case Body.Chunked() -> {
        chunks = new ChunkFraming(limits);
        if (read.expects()) {
          emit(in, out, At.CHUNKED);
        } else {
          at = At.FIRST_CHUNK;
          firstChunk(in, out);
        }
      }
    }
  }

  private static At behind(Head read) {
    return read.isConnect() ? At.TUNNEL : read.opens() ? At.OPENING : At.START;
  }

  /// A chunked request is passed on once its first size line is in, so that a body that is
  /// malformed from the start never touches an upstream (A089).
  private void firstChunk(ByteBuf in, List<Object> out) throws Refused {
    int base = in.readerIndex();
    while (!chunks.sized()) {
      if (base + scanned == in.writerIndex()) {
        return;
      }
      chunks.step(in.getByte(base + scanned++));
    }
    emit(in, out, At.CHUNKED);
  }

  private void emit(ByteBuf in, List<Object> out, At next) {
    if (head != null) {
      out.add(head);
      out.add(in.readRetainedSlice(scanned));
    }
    head = null;
    at = next;
  }

  private void sized(ByteBuf in, List<Object> out) {
    int bytes = (int) Math.min(remaining, in.readableBytes());
    out.add(in.readRetainedSlice(bytes));
    remaining -= bytes;
    if (remaining == 0) {
      at = At.START;
    }
  }

  private void chunked(ByteBuf in, List<Object> out) throws Refused {
    int checked = in.readerIndex();
    while (checked < in.writerIndex() && !chunks.inTrailer() && !chunks.done()) {
      int data = Math.min(chunks.data(), in.writerIndex() - checked);
      if (data > 0) {
        chunks.skip(data);
        checked += data;
      } else {
        chunks.step(in.getByte(checked++));
      }
    }
    if (checked > in.readerIndex()) {
      out.add(in.readRetainedSlice(checked - in.readerIndex()));
    }
    while (in.isReadable() && chunks.inTrailer()) {
      chunks.step(in.readByte());
    }
    if (chunks.done()) {
      if (chunks.trailers()) {
        out.add(Signal.TRAILERS_DROPPED);
      }
      out.add(Unpooled.wrappedBuffer(LAST_CRLF));
      at = At.START;
    }
  }
}
