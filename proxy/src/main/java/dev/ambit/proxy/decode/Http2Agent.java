package dev.ambit.proxy.decode;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.http2.Http2Endpoint;
import dev.ambit.proxy.http2.Http2Setup;
import dev.ambit.proxy.http2.NeverIndexed;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.respond.Reply;
import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One HTTP/2 connection of an agent: its streams become calls, each judged for itself. What has no
/// one meaning is reset, and recorded like any refusal. Confined to its loop.
final class Http2Agent extends Http2Endpoint {
  private final Decoding decoding;
  private final Via via;
  private final Deadline idleWait;
  private final Deadline headWait;
  private final UnfinishedHead unfinished = new UnfinishedHead();
  private final Set<AgentLane> placed = new HashSet<>();
  private long headAwaited = -1;
  private boolean draining;
  private boolean ending;
  private boolean errorTold;

  private Http2Agent(
      Decoding decoding,
      Via via,
      EventLoop loop,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoding.limits().http2(), decoder, encoder, settings);
    this.decoding = decoding;
    this.via = via;
    this.idleWait = new Deadline(loop);
    this.headWait = new Deadline(loop);
  }

  static Http2Agent of(Decoding decoding, Via via, EventLoop loop) {
    return Http2Setup.server(
        decoding.limits(),
        new NeverIndexed(),
        (decoder, encoder, settings) ->
            new Http2Agent(decoding, via, loop, decoder, encoder, settings));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    super.handlerAdded(ctx);
    idleWait.set(limits().idle(), this::retire);
  }

  @Override
  protected void heard(ByteBuf bytes) {
    unfinished.see(bytes);
    if (!unfinished.exists()) {
      headWait.clear();
    } else if (headAwaited != unfinished.begun()) {
      headAwaited = unfinished.begun();
      headWait.set(limits().headWait(), this::close);
    }
  }

  @Override
  protected void opened(Http2Stream stream, Http2Headers headers, boolean whole) {
    if (errorTold) {
      // What the codec still reads of a connection that is given up.
      return;
    }
    idleWait.clear();
    var id = decoding.ids().get();
    Head head;
    try {
      head = Http2Head.read(headers, whole, limits());
    } catch (Refused refused) {
      unreadable(stream, headers, whole, id, refused.denial());
      return;
    }
    if (!decoding.places().take()) {
      record(id, head.method(), tooMany(), 0);
      reset(stream, Http2Error.REFUSED_STREAM);
      return;
    }
    var lane = lane(stream, head, whole, id);
    placed.add(lane);
    Arrival arrival;
    try {
      arrival = Arrivals.of(head, via, id, decoding.nanoTime().getAsLong());
    } catch (Refused refused) {
      refuse(lane, head, id, refused.denial());
      return;
    }
    Carrying.carry(decoding, arrival, lane);
  }

  /// A stream is no more.
  void closed(AgentLane lane) {
    if (placed.remove(lane)) {
      decoding.places().give();
    }
  }

  @Override
  protected void emptied() {
    if (draining) {
      retire();
    } else if (!ending) {
      idleWait.set(limits().idle(), this::retire);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (Signal.DRAIN.equals(event)) {
      draining = true;
      if (streams() == 0) {
        retire();
      } else {
        var _ = leave();
      }
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    idleWait.clear();
    headWait.clear();
  }

  /// What the codec refuses for one stream: a head that is no head, DATA that does not fit its
  /// length, one stream too many.
  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    var stream = connection().stream(error.streamId());
    var lane = stream == null ? null : lane(stream);
    // A call that is under way tells its own end.
    if (lane == null && !outbound && error.error() != Http2Error.STREAM_CLOSED) {
      record(decoding.ids().get(), "", denial(error), status(error));
    }
    super.onStreamError(ctx, outbound, cause, error);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    if (errorTold) {
      return;
    }
    errorTold = true;
    if (error == null) {
      // A write failed: the agent is gone, and its calls tell their own ends.
      var _ = ctx.close();
      return;
    }
    record(decoding.ids().get(), "", denial(error), 0);
    // By the writer itself: the codec would close at once, and the reset of a socket with unread
    // input overtakes the GOAWAY.
    var last =
        frameWriter()
            .writeGoAway(
                ctx,
                connection().remote().lastStreamCreated(),
                error.error().code(),
                Unpooled.EMPTY_BUFFER,
                ctx.newPromise());
    ctx.flush();
    var _ = connection().close(ctx.newPromise());
    end(last);
  }

  private AgentLane lane(Http2Stream stream, Head head, boolean whole, CallId id) {
    var lane = attach(new AgentLane(this, stream, limits(), decoding.nanoTime(), head, id));
    if (whole) {
      lane.wholeCame();
    }
    return lane;
  }

  private void reset(Http2Stream stream, Http2Error code) {
    var _ = encoder().writeRstStream(ctx(), stream.id(), code.code(), ctx().newPromise());
    flushSoon();
  }

  private void unreadable(
      Http2Stream stream, Http2Headers headers, boolean whole, CallId id, Denial why) {
    if (why.reason() == Reason.MALFORMED) {
      record(id, Http2Head.method(headers), why, 0);
      reset(stream, Http2Error.PROTOCOL_ERROR);
      return;
    }
    var head =
        new Head(
            Http2Head.method(headers),
            "",
            false,
            Http2Head.contentType(headers),
            new Body.None(),
            false,
            false,
            false);
    refuse(lane(stream, head, whole, id), head, id, why);
  }

  /// The head was read but is no call, or there is no room for it. The connection stays.
  private void refuse(AgentLane lane, Head head, CallId id, Denial why) {
    var denial = why.of(decoding.owner(head, via));
    var reply = Reply.to(id, denial);
    decoding
        .log()
        .refused(id, Optional.ofNullable(via.tunnel()), head.method(), denial, reply.status());
    lane.answer(reply);
    lane.settle();
  }

  private void record(CallId id, String method, Denial why, int status) {
    var denial = why.of(decoding.sessions().owner(via.handles(), via.connection()));
    decoding.log().refused(id, Optional.ofNullable(via.tunnel()), method, denial, status);
  }

  private static Denial denial(Http2Exception error) {
    boolean bound =
        error instanceof Http2Exception.HeaderListSizeException
            || error.error() == Http2Error.ENHANCE_YOUR_CALM
            || error.error() == Http2Error.REFUSED_STREAM;
    return (bound
            ? Refused.limit("The connection goes beyond a bound of HTTP/2.")
            : Refused.malformed("What came is not valid HTTP/2."))
        .denial();
  }

  private static int status(Http2Exception error) {
    return error instanceof Http2Exception.HeaderListSizeException ? 431 : 0;
  }

  private static Denial tooMany() {
    return new Denial(
        Reason.LIMIT_EXCEEDED, Optional.empty(), "", "Too many streams are open; try again.", 1);
  }

  private Limits limits() {
    return decoding.limits();
  }

  private void retire() {
    if (!ending) {
      end(leave());
    }
  }

  /// An agent that does not read what was written before is not waited for any longer than one that
  /// goes on sending.
  private void end(ChannelFuture last) {
    ending = true;
    headWait.clear();
    idleWait.set(limits().linger(), this::close);
    Linger.end(ctx().channel(), last.addListener(_ -> idleWait.clear()), limits());
  }

  private void close() {
    var _ = ctx().close();
  }
}
