package dev.ambit.proxy.http2;

import dev.ambit.proxy.model.Field;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One stream as one call uses it. What comes is handed out one piece for each time it is asked
/// for; until then it waits, and the peer's window is not opened again, so that no more than a
/// window ever waits. Owns what waits. Confined to its loop.
public abstract class Lane {
  private static final long NOT_RESET = -1;

  private final Http2Endpoint endpoint;
  private final Http2Stream stream;
  private @Nullable ByteBuf waiting;
  private boolean ownBuffer;
  private boolean wanted;
  private boolean passing;
  private boolean whole;
  private boolean endTold;
  private List<Field> trailers = List.of();
  private boolean closed;
  private long resetCode = NOT_RESET;

  protected Lane(Http2Endpoint endpoint, Http2Stream stream) {
    this.endpoint = endpoint;
    this.stream = stream;
  }

  /// A head came that is not the first of a request: of an answer, or trailers.
  protected abstract void headCame(Http2Headers headers, boolean end);

  /// A piece that was asked for; whoever overrides this owns it.
  protected abstract void pieceCame(ByteBuf piece);

  /// Nothing more comes, and everything was handed out.
  protected abstract void endCame(List<Field> trailers);

  /// One read of the connection brought something for this stream, and it has all been handed out.
  protected abstract void readComplete();

  /// The stream is no more, before both sides had ended it.
  protected abstract void lost();

  protected abstract void writabilityChanged();

  /// Asks for one more piece.
  protected final void want() {
    wanted = true;
    if (waiting != null && !passing) {
      pass();
      readComplete();
    }
  }

  /// The head was the last that comes.
  protected final void lastCame(List<Field> last) {
    whole = true;
    trailers = last;
    pass();
  }

  /// Whether the peer has ended its side.
  protected final boolean whole() {
    return whole;
  }

  protected final boolean isClosed() {
    return closed;
  }

  /// The code with which the peer reset the stream; null when it did not.
  protected final @Nullable Http2Error resetBy() {
    return resetCode == NOT_RESET ? null : Http2Error.valueOf(resetCode);
  }

  final Http2Stream stream() {
    return stream;
  }

  protected final int id() {
    return stream.id();
  }

  protected final EventLoop eventLoop() {
    return endpoint.loop();
  }

  protected final ByteBufAllocator allocator() {
    return endpoint.ctx().alloc();
  }

  protected final boolean roomToWrite() {
    return !closed && endpoint.encoder().flowController().isWritable(stream);
  }

  protected final void writeHead(Http2Headers headers, boolean end) {
    if (!closed) {
      var _ =
          endpoint
              .encoder()
              .writeHeaders(endpoint.ctx(), id(), headers, 0, end, endpoint.ctx().newPromise());
    }
  }

  /// Writes a piece and takes ownership of it.
  protected final void writePiece(ByteBuf piece, boolean end) {
    if (closed) {
      piece.release();
      return;
    }
    var _ =
        endpoint
            .encoder()
            .writeData(endpoint.ctx(), id(), piece, 0, end, endpoint.ctx().newPromise());
  }

  protected final void writeEnd() {
    writePiece(Unpooled.EMPTY_BUFFER, true);
  }

  /// Sends at the end of this loop turn what was written.
  protected final void flushLater() {
    endpoint.flushSoon();
  }

  /// Whether bytes wait to be sent until the peer opens its window.
  protected final boolean holdsBytes() {
    return !closed && endpoint.encoder().flowController().hasFlowControlled(stream);
  }

  /// Ends both sides at once; what waits is thrown away, in either direction.
  protected final void reset(Http2Error code) {
    drop();
    if (!closed) {
      var _ =
          endpoint
              .encoder()
              .writeRstStream(endpoint.ctx(), id(), code.code(), endpoint.ctx().newPromise());
      // The codec does so when the frame is sent, and would until then send what waits, behind it.
      stream.close();
      endpoint.flushSoon();
    }
  }

  /// Throws away what waits; nothing is handed out any more.
  protected final void drop() {
    endTold = true;
    if (waiting != null) {
      waiting.release();
      waiting = null;
    }
  }

  final void headersCame(Http2Headers headers, boolean end) {
    endpoint.touch(this);
    headCame(headers, end);
  }

  final int dataCame(ByteBuf data, int padding, boolean end) {
    endpoint.touch(this);
    if (data.isReadable()) {
      keep(data);
    }
    whole |= end;
    pass();
    return padding;
  }

  final void resetCame(long code) {
    resetCode = code;
  }

  /// The stream has ended, by both sides or by force. A whole answer that its reader was too slow
  /// for is still handed out, also when a reset came behind it (RFC 9113 8.1).
  final void close() {
    closed = true;
    if (whole) {
      closedWhole();
    } else {
      drop();
      lost();
    }
  }

  /// The stream is no more, and everything had come.
  protected void closedWhole() {}

  /// Small pieces are put together: a peer that sends its window in single bytes costs no more than
  /// the window.
  private void keep(ByteBuf data) {
    if (endTold) {
      openWindow(data.readableBytes());
      return;
    }
    int bytes = data.readableBytes();
    var before = waiting;
    if (before == null) {
      waiting = data.readRetainedSlice(bytes);
      ownBuffer = false;
    } else if (ownBuffer) {
      before.writeBytes(data);
    } else {
      waiting =
          allocator().buffer(before.readableBytes() + bytes).writeBytes(before).writeBytes(data);
      ownBuffer = true;
      before.release();
    }
  }

  /// A loop rather than recursion: whoever takes a piece asks for the next one from within.
  private void pass() {
    if (passing) {
      return;
    }
    passing = true;
    try {
      while (wanted && waiting != null) {
        wanted = false;
        var piece = waiting;
        waiting = null;
        openWindow(piece.readableBytes());
        pieceCame(piece);
      }
    } finally {
      passing = false;
    }
    if (whole && waiting == null && !endTold) {
      endTold = true;
      endCame(trailers);
    }
  }

  private void openWindow(int bytes) {
    try {
      if (endpoint.decoder().flowController().consumeBytes(stream, bytes)) {
        endpoint.flushSoon();
      }
    } catch (Http2Exception broken) {
      endpoint.onError(endpoint.ctx(), true, broken);
    }
  }
}
