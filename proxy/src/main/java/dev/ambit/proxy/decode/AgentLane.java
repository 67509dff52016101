package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ambit.envelope.Grpc;
import dev.ambit.proxy.http2.Lane;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.respond.Reply;
import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One HTTP/2 call of an agent: hands out the request body as it is asked for and writes the
/// answer. Confined to its loop.
final class AgentLane extends Lane implements Answering {
  private static final int OK = 200;

  private final Http2Agent connection;
  private final Limits limits;
  private final Head head;
  private final CallId id;
  private final boolean grpc;
  private final BodyPace pace;
  private final Deadline drainWait;
  private final Deadline quietWait;
  private final Deadline writeWait;
  private @Nullable BodySink sink;
  private @Nullable Runnable goneListener;
  private @Nullable Runnable writableListener;
  private @Nullable Http2Headers unsent;
  private boolean continuePending;
  private boolean requestEnded;
  private boolean trailersDropped;
  private boolean draining;
  private int status;
  private boolean bodiless;
  private long remaining;
  private boolean responseEnded;
  private boolean settled;
  private boolean gone;

  AgentLane(
      Http2Agent connection,
      Http2Stream stream,
      Limits limits,
      LongSupplier nanoTime,
      Head head,
      CallId id) {
    super(connection, stream);
    this.connection = connection;
    this.limits = limits;
    this.head = head;
    this.id = id;
    this.grpc = Grpc.asked(head.fields());
    this.pace =
        grpc
            ? BodyPace.ofStream(eventLoop(), limits, nanoTime)
            : new BodyPace(eventLoop(), limits, nanoTime);
    this.drainWait = new Deadline(eventLoop());
    this.quietWait = new Deadline(eventLoop());
    this.writeWait = new Deadline(eventLoop());
    this.continuePending = head.expects();
  }

  @Override
  public EventLoop loop() {
    return eventLoop();
  }

  @Override
  public boolean takesTrailers() {
    return true;
  }

  @Override
  public void requestBody(BodySink to) {
    sink = to;
    if (requestEnded) {
      to.end(trailersDropped);
    }
  }

  @Override
  public void requestMore() {
    if (requestEnded || gone || responseEnded) {
      return;
    }
    if (continuePending && !started()) {
      continuePending = false;
      head(100, List.of(), 0);
    }
    pace.await(() -> broken(Refused.malformed("The body stood still.").denial()));
    want();
  }

  @Override
  public CompletionStage<Outcome<byte[]>> whole(int bytesMax) {
    return new WholeBody(this, bytesMax).read();
  }

  @Override
  public boolean started() {
    return status != 0;
  }

  @Override
  public int status() {
    return status;
  }

  /// The final head waits for what follows it in this turn: when nothing does, it is the end, and a
  /// gRPC client must see that it is.
  @Override
  public void head(int code, List<Field> fields, long bodyBytes) {
    if (gone || responseEnded || started()) {
      return;
    }
    var out = new DefaultHttp2Headers().status(Integer.toString(code));
    for (var field : fields) {
      out.add(AsciiString.of(field.name()).toLowerCase(), field.value());
    }
    if (code < 200) {
      writeHead(out, false);
      flushLater();
      return;
    }
    if (bodyBytes >= 0 && code != 204) {
      out.setLong("content-length", bodyBytes);
    }
    status = code;
    bodiless = head.method().equals("HEAD") || code == 204 || code == 304;
    remaining = bodyBytes;
    unsent = out;
  }

  @Override
  public void data(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (gone || responseEnded || bytes == 0 || bodiless) {
      piece.release();
      return;
    }
    if (remaining >= 0) {
      remaining -= bytes;
    }
    writeUnsent(false);
    writePiece(piece, false);
  }

  @Override
  public void flush() {
    writeUnsent(false);
    flushLater();
    watchWrites();
  }

  @Override
  public void end(List<Field> trailers) {
    if (gone || responseEnded) {
      return;
    }
    if (remaining > 0 && !bodiless) {
      cut();
      return;
    }
    responseEnded = true;
    if (!trailers.isEmpty()) {
      writeUnsent(false);
      writeHead(section(trailers), true);
    } else if (unsent != null) {
      writeUnsent(true);
    } else {
      writeEnd();
    }
    flushLater();
    watchWrites();
    finishIfOver();
  }

  @Override
  public void cut() {
    if (gone || responseEnded) {
      return;
    }
    responseEnded = true;
    unsent = null;
    over();
    reset(Http2Error.INTERNAL_ERROR);
  }

  @Override
  public boolean writable() {
    return roomToWrite();
  }

  @Override
  public void onWritable(Runnable listener) {
    writableListener = listener;
  }

  @Override
  public Wire open(List<Field> fields) {
    throw new IllegalStateException("HTTP/2 opens no WebSocket: its requests have no Upgrade");
  }

  @Override
  public void onGone(Runnable listener) {
    goneListener = listener;
    if (gone) {
      listener.run();
    }
  }

  @Override
  public void answer(Reply reply) {
    if (gone || responseEnded || started()) {
      return;
    }
    if (grpc) {
      head(OK, Problems.grpc(reply), -1);
    } else {
      var problem = reply.problem().getBytes(UTF_8);
      head(reply.status(), Problems.fields(reply), problem.length);
      data(Unpooled.wrappedBuffer(problem));
    }
    end(List.of());
  }

  @Override
  public void settle() {
    settled = true;
    if (!responseEnded) {
      cut();
    }
    finishIfOver();
  }

  /// The request has no body.
  void wholeCame() {
    lastCame(List.of());
  }

  /// The request turned out to have no meaning, or its body never came: what was sent of it
  /// upstream is left without an end.
  void broken(Denial denial) {
    if (!started()) {
      answer(Reply.to(id, denial));
    }
    leave();
    cut();
  }

  @Override
  protected void headCame(Http2Headers headers, boolean end) {
    // Netty lets a second head pass only as the last one.
    trailersDropped = true;
    lastCame(List.of());
  }

  @Override
  protected void pieceCame(ByteBuf piece) {
    pace.came(piece.readableBytes());
    var to = draining ? null : sink;
    if (to == null) {
      piece.release();
      drainOn();
    } else {
      to.data(piece);
    }
  }

  @Override
  protected void endCame(List<Field> none) {
    pace.stop();
    drainWait.clear();
    quietWait.clear();
    requestEnded = true;
    if (sink != null && !draining) {
      sink.end(trailersDropped);
    }
  }

  @Override
  protected void readComplete() {}

  @Override
  protected void lost() {
    wentAway();
  }

  /// What nobody has asked for of the request, nobody will.
  @Override
  protected void closedWhole() {
    drop();
    wentAway();
  }

  @Override
  protected void writabilityChanged() {
    watchWrites();
    if (writableListener != null) {
      writableListener.run();
    }
  }

  /// The stream is no more: regularly when the answer has ended, else because the agent went away.
  private void wentAway() {
    over();
    connection.closed(this);
    if (!responseEnded) {
      gone = true;
      responseEnded = true;
      unsent = null;
      leave();
    }
  }

  private void leave() {
    var listener = goneListener;
    goneListener = null;
    if (listener != null) {
      listener.run();
    }
  }

  private void over() {
    pace.stop();
    drainWait.clear();
    quietWait.clear();
    writeWait.clear();
  }

  private void writeUnsent(boolean end) {
    var first = unsent;
    unsent = null;
    if (first != null) {
      writeHead(first, end);
    }
  }

  private static Http2Headers section(List<Field> trailers) {
    var section = new DefaultHttp2Headers();
    for (var field : trailers) {
      section.add(AsciiString.of(field.name()).toLowerCase(), field.value());
    }
    return section;
  }

  /// An agent that does not read what it asked for is let go (A145).
  private void watchWrites() {
    if (writable() || isClosed()) {
      writeWait.clear();
    } else {
      writeWait.set(limits.bodyIdle(), this::letGo);
    }
  }

  private void letGo() {
    responseEnded = true;
    reset(Http2Error.FLOW_CONTROL_ERROR);
    leave();
  }

  /// What is left of a request that is answered already is read and thrown away for a while, as at
  /// the end of a connection of HTTP/1 ([Linger]): clients that look at the answer only when they
  /// have sent everything come to it, and many take even a reset without an error (RFC 9113 8.1)
  /// for one.
  private void finishIfOver() {
    if (!settled || !responseEnded || isClosed() || requestEnded || draining) {
      return;
    }
    draining = true;
    drainWait.set(limits.linger(), this::drained);
    drainOn();
  }

  private void drainOn() {
    if (draining) {
      quietWait.set(limits.lingerIdle(), this::drained);
      want();
    }
  }

  private void drained() {
    reset(Http2Error.NO_ERROR);
  }
}
