package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.relay.Http1Text;
import dev.ambit.proxy.respond.Reply;
import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.transport.Reset;
import dev.ambit.proxy.websocket.Handshake;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 call of an agent: hands out the request body as it is asked for and writes the
/// answer, framed anew. Confined to its loop.
final class AgentCall implements Answering {
  /// How the end of the response body shows.
  private enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    CLOSE
  }

  private static final int SWITCHING = 101;

  private final ChannelHandlerContext ctx;
  private final Limits limits;
  private final Head head;
  private final CallId id;
  private final Consumer<Boolean> ended;
  private final BodyPace pace;
  private final Deadline bodyWait;
  private final Deadline writeWait;
  private final Consumer<ByteBuf> writer;
  private @Nullable BodySink sink;
  private @Nullable Runnable goneListener;
  private @Nullable Runnable writableListener;
  private boolean continuePending;
  private boolean requestEnded;
  private boolean trailers;
  private boolean draining;
  private long taken;
  private long drainFrom;
  private int status;
  private Framing framing = Framing.NONE;
  private long remaining;
  private boolean responseEnded;
  private boolean settled;
  private boolean finished;
  private boolean gone;
  private boolean left;
  private boolean keep;

  /// @param ended told once that the call is over, and whether the connection may serve another
  AgentCall(
      ChannelHandlerContext ctx,
      Limits limits,
      LongSupplier nanoTime,
      Head head,
      CallId id,
      Consumer<Boolean> ended) {
    this.id = id;
    this.ctx = ctx;
    this.limits = limits;
    this.head = head;
    this.ended = ended;
    this.pace = new BodyPace(loop(), limits, nanoTime);
    this.bodyWait = new Deadline(loop());
    this.writeWait = new Deadline(loop());
    this.writer =
        out -> {
          var _ = ctx.write(out, ctx.voidPromise());
        };
    this.continuePending = head.expects();
    // A request for WebSocket is the last one, whatever is answered: nobody could tell frames that
    // were sent too early from a request.
    this.keep = !head.closes() && !head.opens();
  }

  /// Where there is no body, its end is read at once, and then one message ahead: a connection that
  /// is not read does not tell that the agent has left.
  void start() {
    if (head.body() instanceof Body.None
        || (head.body() instanceof Body.Sized(long bytes) && bytes == 0)) {
      ctx.read();
    }
  }

  @Override
  public EventLoop loop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public boolean takesTrailers() {
    return false;
  }

  @Override
  public void requestBody(BodySink to) {
    sink = to;
    if (requestEnded) {
      to.end(trailers);
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
    ctx.read();
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

  @Override
  public void head(int code, List<Field> fields, long bodyBytes) {
    if (gone || responseEnded || started()) {
      return;
    }
    if (code < 200) {
      interim(code, fields);
      return;
    }
    head(code, HttpResponseStatus.valueOf(code).reasonPhrase(), fields, bodyBytes);
  }

  private void head(int code, String reason, List<Field> fields, long bodyBytes) {
    status = code;
    var out = ctx.alloc().buffer();
    var whole = false;
    try {
      Http1Text.statusLine(out, code, reason);
      fields.forEach(field -> Http1Text.field(out, field.name(), field.value()));
      frame(out, code, bodyBytes);
      if (!keep) {
        Http1Text.field(out, "Connection", "close");
      } else if (head.oldVersion()) {
        Http1Text.field(out, "Connection", "keep-alive");
      }
      Http1Text.endOfLine(out);
      whole = true;
    } finally {
      if (!whole) {
        out.release();
      }
    }
    var _ = ctx.write(out, ctx.voidPromise());
  }

  @Override
  public void data(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (gone || responseEnded || bytes == 0 || framing == Framing.NONE) {
      piece.release();
    } else if (framing == Framing.CHUNKED) {
      Http1Text.chunk(ctx.alloc(), piece, writer);
    } else {
      remaining -= bytes;
      var _ = ctx.write(piece, ctx.voidPromise());
    }
  }

  @Override
  public void flush() {
    ctx.flush();
    watchWrites();
  }

  @Override
  public void end(List<Field> trailers) {
    if (gone || responseEnded) {
      return;
    }
    if (framing == Framing.LENGTH && remaining != 0) {
      cut();
      return;
    }
    if (framing == Framing.CHUNKED) {
      var last = ctx.alloc().buffer(8);
      Http1Text.lastChunk(last);
      var _ = ctx.write(last, ctx.voidPromise());
    }
    ctx.flush();
    responseEnded = true;
    keep &= framing != Framing.CLOSE;
    finishIfOver();
  }

  @Override
  public void cut() {
    if (gone || finished) {
      return;
    }
    responseEnded = true;
    keep = false;
    if (framing == Framing.CLOSE) {
      // Without a length only a reset tells the agent that more was to come.
      Reset.now(ctx.channel());
    } else {
      ctx.flush();
      var _ = ctx.close();
    }
  }

  @Override
  public boolean writable() {
    return ctx.channel().isWritable();
  }

  @Override
  public void onWritable(Runnable listener) {
    writableListener = listener;
  }

  @Override
  public void onGone(Runnable listener) {
    goneListener = listener;
    if (gone || left) {
      listener.run();
    }
  }

  @Override
  public Wire open(List<Field> fields) {
    status = SWITCHING;
    var out = ctx.alloc().buffer();
    Http1Text.statusLine(out, status, HttpResponseStatus.SWITCHING_PROTOCOLS.reasonPhrase());
    fields.forEach(field -> Http1Text.field(out, field.name(), field.value()));
    Http1Text.field(out, "Connection", "Upgrade");
    Http1Text.field(out, "Upgrade", Handshake.TOKEN);
    Http1Text.endOfLine(out);
    var _ = ctx.writeAndFlush(out, ctx.voidPromise());
    responseEnded = true;
    stop();
    var wire = new Wire(ctx.channel(), (channel, last) -> Linger.end(channel, last, limits));
    ConnectionPipeline.opened(ctx.pipeline(), wire);
    return wire;
  }

  @Override
  public void answer(Reply reply) {
    keep &= canDrain();
    if (gone || responseEnded || started()) {
      return;
    }
    var problem = reply.problem().getBytes(UTF_8);
    head(reply.status(), reply.title(), Problems.fields(reply), problem.length);
    data(Unpooled.wrappedBuffer(problem));
    end(List.of());
  }

  /// The connection is to end after this call.
  void closeAfter() {
    keep = false;
  }

  @Override
  public void settle() {
    settled = true;
    if (!responseEnded) {
      cut();
    }
    finishIfOver();
  }

  boolean awaitsBody() {
    return !requestEnded;
  }

  /// Whether it asks for a WebSocket, which is not open yet.
  boolean opens() {
    return head.opens();
  }

  /// Takes a piece of the request body, and ownership of it.
  void content(HttpContent content) {
    bodyWait.clear();
    pace.came(content.content().readableBytes());
    boolean last = content instanceof LastHttpContent;
    var to = draining ? null : sink;
    if (content.decoderResult().isFailure()) {
      content.release();
      broken(Refused.malformed("The body has two readings.").denial());
      return;
    }
    taken += content.content().readableBytes();
    if (to == null || !content.content().isReadable()) {
      content.release();
    } else {
      to.data(content.content());
    }
    if (last) {
      bodyWait.clear();
      // Whoever took the piece asked for more, not knowing that it was the last.
      pace.stop();
      requestEnded = true;
      if (to != null) {
        to.end(trailers);
      }
      ctx.read();
      finishIfOver();
    } else if (draining) {
      drainOn();
    }
  }

  void trailersDropped() {
    trailers = true;
  }

  /// The request body turned out to have no meaning, or never came: what was sent of it upstream is
  /// left without an end.
  void broken(Denial denial) {
    keep = false;
    if (!started()) {
      answer(Reply.to(id, denial));
    }
    leave();
    cut();
  }

  /// The agent has closed its connection.
  void gone() {
    gone = true;
    responseEnded = true;
    pace.stop();
    leave();
    finishIfOver();
  }

  void writabilityChanged() {
    watchWrites();
    if (writableListener != null) {
      writableListener.run();
    }
  }

  private void close() {
    var _ = ctx.close();
  }

  private void leave() {
    left = true;
    var listener = goneListener;
    goneListener = null;
    if (listener != null) {
      listener.run();
    }
  }

  private void interim(int code, List<Field> fields) {
    if (head.oldVersion()) {
      return;
    }
    var out = ctx.alloc().buffer();
    Http1Text.statusLine(out, code, HttpResponseStatus.valueOf(code).reasonPhrase());
    fields.forEach(field -> Http1Text.field(out, field.name(), field.value()));
    Http1Text.endOfLine(out);
    var _ = ctx.writeAndFlush(out, ctx.voidPromise());
  }

  private void frame(ByteBuf out, int code, long bodyBytes) {
    boolean bodiless = head.method().equals("HEAD") || code == 204 || code == 304;
    if (bodyBytes >= 0 && code != 204) {
      Http1Text.field(out, "Content-Length", Long.toString(bodyBytes));
    }
    if (bodiless) {
      framing = Framing.NONE;
    } else if (bodyBytes >= 0) {
      framing = Framing.LENGTH;
      remaining = bodyBytes;
    } else if (head.oldVersion()) {
      framing = Framing.CLOSE;
      keep = false;
    } else {
      framing = Framing.CHUNKED;
      Http1Text.field(out, "Transfer-Encoding", "chunked");
    }
  }

  /// An agent that does not read what it asked for is let go.
  private void watchWrites() {
    if (writable()) {
      writeWait.clear();
    } else {
      writeWait.set(limits.bodyIdle(), this::close);
    }
  }

  private void finishIfOver() {
    if (finished || !responseEnded || !settled) {
      return;
    }
    if (keep && !requestEnded && canDrain()) {
      if (!draining) {
        draining = true;
        drainFrom = taken;
        drainOn();
      }
      return;
    }
    finish(keep && requestEnded);
  }

  /// Whether what is left of the request may be read and thrown away.
  private boolean canDrain() {
    long left = head.body() instanceof Body.Sized(long bytes) ? bytes - taken : 0;
    return requestEnded || (!continuePending && left <= limits.drainBytes());
  }

  private void drainOn() {
    if (taken - drainFrom > limits.drainBytes()) {
      finish(false);
      return;
    }
    bodyWait.set(limits.headWait(), () -> finish(false));
    ctx.read();
  }

  private void finish(boolean reusable) {
    if (finished) {
      return;
    }
    stop();
    ended.accept(reusable);
  }

  private void stop() {
    finished = true;
    pace.stop();
    bodyWait.clear();
    writeWait.clear();
  }
}
