package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.relay.Http1Text;
import dev.ambit.proxy.respond.Reply;
import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns the requests of one agent connection into calls, one at a time and in order, and sees to
/// it that each is answered and told to the log. Confined to its loop.
final class AgentConnection extends ChannelInboundHandlerAdapter {
  private final Decoding decoding;
  private final Via via;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable Head announced;
  private @Nullable AgentCall current;
  private @Nullable Object next;
  private int headsBegun;
  private boolean draining;
  private boolean ended;

  AgentConnection(Decoding decoding, Via via) {
    this.decoding = decoding;
    this.via = via;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    deadline = new Deadline(ctx.channel().eventLoop());
    awaitRequest();
    if (ctx.channel().isActive()) {
      ctx.read();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.read();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadline().clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (ended) {
      ReferenceCountUtil.release(msg);
      return;
    }
    var call = current;
    if (call == null) {
      betweenCalls(msg);
    } else {
      duringCall(call, msg);
    }
  }

  private void betweenCalls(Object msg) {
    switch (msg) {
      case Head head -> announce(head);
      case HttpRequest request -> request(request);
      case Unreadable unreadable -> refuse(unreadable);
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void duringCall(AgentCall call, Object msg) {
    switch (msg) {
      case HttpContent content -> call.content(content);
      case Unreadable unreadable when call.awaitsBody() || call.opens() ->
          call.broken(unreadable.denial());
      case Head head -> next = head;
      case Unreadable unreadable -> next = unreadable;
      case Signal _ -> {
        call.trailersDropped();
        ctx().read();
      }
      default -> ReferenceCountUtil.release(msg);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Signal signal) {
      switch (signal) {
        case HEAD_BEGUN -> headBegun();
        case DRAIN -> drain();
        case TRAILERS_DROPPED -> {}
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void headBegun() {
    headsBegun++;
    if (current == null) {
      awaitHead();
    }
  }

  private void drain() {
    draining = true;
    if (current != null) {
      current.closeAfter();
    } else if (headsBegun == 0) {
      end(ctx().writeAndFlush(Unpooled.EMPTY_BUFFER));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (current != null) {
      current.writabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline().clear();
    ended = true;
    if (current != null) {
      current.gone();
    }
  }

  /// Resets, failed handshakes and the like: nothing to answer any more.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }

  private void announce(Head head) {
    announced = head;
    ctx().read();
  }

  /// The second parser's reading of the same bytes. Only when both agree there is a call.
  private void request(HttpRequest request) {
    var head = announced;
    announced = null;
    headsBegun--;
    deadline().clear();
    if (head == null || !Agreement.between(head, request)) {
      refuse(new Unreadable(Refused.malformed("The request has two readings.").denial(), ""));
    } else if (draining) {
      refuse(new Unreadable(shuttingDown(), head.method()));
    } else if (head.isConnect()) {
      connect(head);
    } else {
      call(head);
    }
  }

  private void call(Head head) {
    var id = decoding.ids().get();
    Arrival arrival;
    try {
      arrival = Arrivals.of(head, via, id, decoding.nanoTime().getAsLong());
    } catch (Refused refused) {
      notACall(head, id, refused.denial());
      return;
    }
    var call = begin(head, id);
    if (head.opens()) {
      // In a turn of its own: what came right behind it is seen before anything is done.
      ctx().executor().execute(() -> open(arrival, call));
    } else {
      Carrying.carry(decoding, arrival, call);
    }
  }

  private void open(Arrival arrival, AgentCall call) {
    if (call.started()) {
      var denial =
          Opening.behind()
              .denial()
              .of(decoding.sessions().owner(arrival.handles(), via.connection()));
      decoding
          .log()
          .refused(
              arrival.id(),
              Optional.of(arrival.call().authority()),
              arrival.call().method(),
              denial,
              call.status());
      call.settle();
    } else {
      Carrying.carry(decoding, arrival, call);
    }
  }

  private AgentCall begin(Head head, CallId id) {
    var call = new AgentCall(ctx(), decoding.limits(), decoding.nanoTime(), head, id, this::ended);
    current = call;
    call.start();
    return call;
  }

  /// The head was read but is no call: it has no one meaning, or names another authority than its
  /// tunnel. Only the latter leaves the connection as it was.
  private void notACall(Head head, CallId id, Denial why) {
    var denial = why.of(owner(head));
    var reply = Reply.to(id, denial);
    decoding
        .log()
        .refused(id, Optional.ofNullable(via.tunnel()), head.method(), denial, reply.status());
    var call = begin(head, id);
    if (draining || denial.reason() != Reason.AUTHORITY_MISMATCH) {
      call.closeAfter();
    }
    call.answer(reply);
    call.settle();
  }

  private void refuse(Unreadable unreadable) {
    var id = decoding.ids().get();
    var denial = unreadable.denial().of(decoding.sessions().owner(via.handles(), via.connection()));
    var reply = Reply.to(id, denial);
    decoding
        .log()
        .refused(
            id, Optional.ofNullable(via.tunnel()), unreadable.method(), denial, reply.status());
    answerAndEnd(id, unreadable.method(), reply);
  }

  private void answerAndEnd(CallId id, String method, Reply reply) {
    var head = new Head(method, "", false, List.of(), new Body.None(), false, true, false);
    var call = begin(head, id);
    call.answer(reply);
    call.settle();
  }

  private void connect(Head head) {
    var id = decoding.ids().get();
    if (!(via.anchor() instanceof Anchor.Free)) {
      var denial =
          Refused.because(Reason.UNSUPPORTED, "Only a request to the proxy itself opens a tunnel.")
              .denial();
      notACall(head, id, denial);
      return;
    }
    Authority authority;
    try {
      authority = Arrivals.tunnel(head);
    } catch (Refused refused) {
      notACall(head, id, refused.denial());
      return;
    }
    var objection = decoding.tunnels().objection(authority);
    if (objection.isPresent()) {
      var denial = objection.get().of(owner(head));
      var reply = Reply.to(id, denial);
      decoding.log().refused(id, Optional.of(authority), head.method(), denial, reply.status());
      answerAndEnd(id, head.method(), reply);
      return;
    }
    var handles = FieldSieve.sift(head.fields()).handles();
    if (decoding.tunnels().opaque(authority, owner(head)).equals(Optional.of(Protocol.TCP))) {
      // Answered when it is judged and the upstream reached.
      var to = new Authority(Scheme.TCP, authority.host(), authority.port());
      become(new Entry.Opaque(to, handles, via.connection(), Greeting.TUNNEL));
    } else {
      openTunnel(authority, handles);
    }
  }

  /// Whose refusal it is: the session's that the request, read as far as it could be, selects.
  private Optional<Session> owner(Head head) {
    return decoding.owner(head, via);
  }

  private void openTunnel(Authority authority, List<String> handles) {
    var ctx = ctx();
    var head = ctx.alloc().buffer();
    Http1Text.statusLine(head, 200, "Connection Established");
    Http1Text.endOfLine(head);
    var _ = ctx.writeAndFlush(head).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    become(new Entry.Unheard(new Lead.Tunnel(authority), handles, via.connection()));
  }

  /// In a turn of its own: the handlers that are taken away are in the middle of reading.
  private void become(Entry next) {
    ended = true;
    var ctx = ctx();
    ctx.executor()
        .execute(() -> {
          if (ctx.channel().isActive()) {
            ConnectionPipeline.lay(ctx.pipeline(), decoding, next);
          }
        });
  }

  /// The call that was carried has been answered and its request read, or it cannot be.
  private void ended(boolean keep) {
    current = null;
    if (ended) {
      return;
    }
    if (!keep || draining) {
      end(ctx().writeAndFlush(Unpooled.EMPTY_BUFFER));
      return;
    }
    var waiting = next;
    next = null;
    if (waiting == null) {
      if (headsBegun > 0) {
        awaitHead();
      } else {
        awaitRequest();
      }
    } else if (waiting instanceof Head head) {
      announce(head);
    } else if (waiting instanceof Unreadable unreadable) {
      refuse(unreadable);
    }
  }

  private void end(ChannelFuture lastWrite) {
    ended = true;
    deadline().clear();
    Linger.end(ctx().channel(), lastWrite, decoding.limits());
  }

  private void awaitRequest() {
    deadline().set(decoding.limits().idle(), this::abandon);
  }

  private void awaitHead() {
    deadline().set(decoding.limits().headWait(), this::abandon);
  }

  private void abandon() {
    ended = true;
    var _ = ctx().close();
  }

  private static Denial shuttingDown() {
    return new Denial(Reason.SHUTTING_DOWN, Optional.empty(), "", "The proxy is shutting down.", 0);
  }

  private ChannelHandlerContext ctx() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }

  private Deadline deadline() {
    if (deadline == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return deadline;
  }
}
