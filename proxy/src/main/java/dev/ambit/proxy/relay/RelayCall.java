package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.credential.Reissue;
import dev.ambit.proxy.model.Activity;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallEnd.Result;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Failure.Stage;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.scope.Permit;
import dev.ambit.proxy.transport.Alpn;
import dev.ambit.proxy.websocket.Conversation;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One exchange: a connection is found or dialled, the request written, and both bodies streamed as
/// fast as the slower side reads. Confined to its loop.
final class RelayCall
    implements AgentStream.BodySink,
        AnswerSink,
        Connections.Taker,
        Conversation.Listener,
        Live.Cuttable {
  private static final int UNAUTHORIZED = 401;
  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  private final Arrival arrival;
  private final Permit permit;
  private final Body body;
  private final AgentStream agent;
  private final Gate gate;
  private final Reissue reissue;
  private final Activity activity;
  private final Connections connections;
  private final Limits limits;
  private final Patience patience;
  private final CompletableFuture<Exchange> end = new CompletableFuture<>();
  private final List<String> notes = new ArrayList<>();
  private Admitted admitted;
  private PoolKey key;
  private @Nullable Withheld withheld;
  private boolean reissued;
  private boolean repeated;
  private int attempts;
  private Connections.@Nullable Pending connecting;
  private @Nullable UpstreamStream upstream;
  private @Nullable Answer answer;
  private @Nullable Conversation conversation;
  private boolean sent;
  private boolean requestEnded;
  private boolean awaitsRoom;
  private int interim;
  private int status;
  private long bytesOut;
  private long bytesIn;

  RelayCall(
      Admitted admitted,
      AgentStream agent,
      Gate gate,
      Reissue reissue,
      Activity activity,
      Connections connections,
      Limits limits) {
    this.admitted = admitted;
    this.permit = admitted.dispatch().route().reservation().approval().permit();
    this.arrival = permit.bound().arrival();
    this.body = permit.body();
    this.agent = agent;
    this.gate = gate;
    this.reissue = reissue;
    this.activity = activity;
    this.connections = connections;
    this.limits = limits;
    this.key = PoolKey.of(admitted);
    this.patience = new Patience(limits, agent.loop(), arrival);
  }

  CompletionStage<Exchange> start() {
    agent.onGone(this::agentGone);
    agent.onWritable(this::agentWritable);
    if (!end.isDone()) {
      connect(false);
    }
    return end;
  }

  @Override
  public Admitted admitted() {
    return admitted;
  }

  /// Looks for the upstream's side; what is found is told to [#connected], perhaps at once.
  private void connect(boolean fresh) {
    int attempt = ++attempts;
    var pending =
        arrival.webSocket() == null
            ? connections.open(key, wish(), fresh, this)
            : connections.openAlone(key, this);
    if (attempt == attempts && upstream == null && !end.isDone()) {
      connecting = pending;
    }
  }

  /// The protocol that the agent speaks is spoken to the upstream, too, where it can be: nothing is
  /// lost in crossing then.
  private Alpn wish() {
    return switch (permit.target().protocol()) {
      case GRPC -> Alpn.HTTP2;
      case HTTP, HTTPS, WEBSOCKET -> agent.takesTrailers() ? Alpn.BOTH : Alpn.HTTP1;
      case TCP, TLS -> throw new IllegalStateException("opaque: no HTTP (expected: OpaqueRelay)");
    };
  }

  @Override
  public void connected(UpstreamStream found) {
    connecting = null;
    if (end.isDone()) {
      found.abort();
    } else {
      send(found);
    }
  }

  @Override
  public void failed(Failure failure) {
    connecting = null;
    finish(Result.UPSTREAM_FAILED, Optional.of(failure), Optional.empty());
  }

  /// The loop turn of the first byte: asked once more whether the call may go, then written.
  private void send(UpstreamStream to) {
    var objection = gate.objection(admitted);
    if (objection != null) {
      to.unused();
      finish(sent ? Result.CUT : Result.NOT_SENT, Optional.empty(), Optional.of(objection));
      return;
    }
    admitted.dispatch().route().reservation().spend();
    activity.touch(session());
    upstream = to;
    patience.sent(() -> fail(Stage.RECEIVE, true, "The deadline of the call has passed."));
    sent = true;
    to.send(admitted, !(body instanceof Body.None), agent.takesTrailers(), this);
    to.read();
    var judged = permit.judged();
    if (body instanceof Body.None) {
      requestEnded = true;
      awaitAnswer();
    } else if (judged != null) {
      // In its place what came on the wire is read to its end already.
      bytesOut += judged.length;
      to.data(Unpooled.wrappedBuffer(judged));
      agent.requestBody(this);
    } else {
      agent.requestBody(this);
      more();
    }
  }

  @Override
  public void data(ByteBuf piece) {
    var to = upstream;
    if (to == null || end.isDone()) {
      piece.release();
      return;
    }
    activity.touch(session());
    bytesOut += piece.readableBytes();
    to.data(piece);
    more();
  }

  @Override
  public void end(boolean trailers) {
    var to = upstream;
    if (to == null || end.isDone()) {
      return;
    }
    if (trailers) {
      notes.add("trailers_dropped");
    }
    to.end();
    requestEnded = true;
    if (answer == null && !end.isDone()) {
      awaitAnswer();
    }
  }

  /// Asks the agent for more while the upstream takes it.
  private void more() {
    if (end.isDone() || upstream == null || requestEnded) {
      return;
    }
    awaitsRoom = !upstream.writable();
    if (awaitsRoom) {
      patience.awaitRoom(() -> fail(Stage.SEND, true, "The upstream takes no more."));
    } else {
      patience.roomCame();
      agent.requestMore();
    }
  }

  @Override
  public void upstreamWritable() {
    if (awaitsRoom) {
      more();
    }
  }

  @Override
  public void sendFailed() {
    if (!end.isDone()) {
      lost(Stage.SEND, false);
    }
  }

  @Override
  public void answerHead(Answer read) {
    if (end.isDone()) {
      return;
    }
    if (read.interim()) {
      // Counted and dropped: the agent was told to continue by us.
      if (++interim > limits.interim()) {
        fail(Stage.RECEIVE, false, "The upstream sent too many interim answers.");
      }
    } else if (read.status() == UNAUTHORIZED && mayBeReissued()) {
      withhold(read);
    } else {
      begin(read);
    }
  }

  @Override
  public void opened(Answer read, Wire other) {
    if (end.isDone()) {
      other.abort();
      return;
    }
    patience.end();
    upstream = null;
    status = read.status();
    var open = new Conversation(agent.open(read.fields()), other, limits, this);
    conversation = open;
    open.start();
  }

  @Override
  public void moved() {
    activity.touch(session());
  }

  @Override
  public void over(Result result, Optional<Failure> failure, Optional<Denial> denial) {
    finish(result, failure, denial);
  }

  private void begin(Answer read) {
    answer = read;
    status = read.status();
    agent.head(read.status(), read.fields(), read.bodyBytes());
    awaitBody(read);
  }

  @Override
  public void answerData(ByteBuf piece) {
    if (withheld != null) {
      withheld.add(piece);
    } else if (end.isDone() || answer == null) {
      // What follows a failure.
      piece.release();
    } else {
      bytesIn += piece.readableBytes();
      agent.data(piece);
    }
  }

  @Override
  public void answerEnd(List<Field> trailers) {
    if (withheld != null) {
      withheld.end(trailers);
      return;
    }
    var from = upstream;
    if (end.isDone() || answer == null || from == null) {
      return;
    }
    agent.end(trailers);
    upstream = null;
    from.done(requestEnded, () -> gate.lapse(admitted) == null);
    finish(Result.ANSWERED, Optional.empty(), Optional.empty());
  }

  @Override
  public void answerBroken(String why) {
    if (!end.isDone()) {
      fail(Stage.RECEIVE, false, why);
    }
  }

  /// A token never waits: what this read brought is flushed, then the next is asked for if the
  /// agent keeps up.
  @Override
  public void readComplete() {
    // Nothing more is read while it is asked for another credential: that bounds what is withheld.
    if (end.isDone() || withheld != null) {
      return;
    }
    if (answer != null) {
      activity.touch(session());
      agent.flush();
      awaitBody(answer);
    }
    // Before its head nothing of the answer waits for the agent.
    if (upstream != null && (answer == null || agent.writable())) {
      upstream.read();
    }
  }

  @Override
  public void upstreamGone(boolean unprocessed) {
    if (withheld != null) {
      withheld.gone();
    } else if (!end.isDone()) {
      lost(Stage.RECEIVE, unprocessed);
    }
  }

  /// Whether the call can be sent once more: with a credential to replace, nothing of a body gone,
  /// and nothing done twice if it is done again.
  private boolean mayBeReissued() {
    return !reissued
        && admitted.dispatch().credential() != null
        && arrival.body() instanceof Body.None
        && IDEMPOTENT.contains(arrival.call().method());
  }

  /// Keeps the 401 from the agent until it is known whether there is another credential.
  private void withhold(Answer read) {
    reissued = true;
    patience.noAnswerDue();
    var kept = new Withheld(read);
    withheld = kept;
    var _ =
        reissue
            .inPlaceOf(admitted.dispatch())
            .thenAccept(other -> {
              if (withheld == kept && other == null) {
                deliver(kept);
              } else if (withheld == kept) {
                sendAgain(admitted.again(other));
              }
            });
  }

  /// The 401 is the answer after all.
  private void deliver(Withheld kept) {
    withheld = null;
    begin(kept.answer());
    kept.pieces().forEach(this::answerData);
    var trailers = kept.trailers();
    if (trailers != null) {
      answerEnd(trailers);
    }
    readComplete();
    if (kept.isGone() && !end.isDone()) {
      lost(Stage.RECEIVE, false);
    }
  }

  private void sendAgain(Admitted next) {
    dropWithheld();
    dropUpstream();
    var misuse = HttpRelay.misuse(next);
    if (misuse.isPresent()) {
      finish(Result.CUT, Optional.empty(), misuse);
      return;
    }
    admitted = next;
    key = PoolKey.of(next);
    interim = 0;
    notes.add("credential_reissued");
    connect(false);
  }

  private void dropWithheld() {
    if (withheld != null) {
      withheld.release();
      withheld = null;
    }
  }

  /// Its session no longer permits it: nothing more goes upstream, and the agent sees that the
  /// answer is not whole.
  @Override
  public void cut(Denial denial) {
    if (end.isDone()) {
      return;
    }
    dropUpstream();
    if (conversation != null) {
      conversation.cut(denial);
    } else if (agent.started()) {
      agent.cut();
    }
    finish(sent ? Result.CUT : Result.NOT_SENT, Optional.empty(), Optional.of(denial));
  }

  private void agentGone() {
    if (!end.isDone()) {
      dropUpstream();
      finish(sent ? Result.AGENT_GONE : Result.NOT_SENT, Optional.empty(), Optional.empty());
    }
  }

  private void agentWritable() {
    if (!end.isDone() && upstream != null && answer != null && agent.writable()) {
      upstream.read();
    }
  }

  private void awaitAnswer() {
    patience.awaitAnswer(() -> fail(Stage.RECEIVE, true, "The upstream did not answer in time."));
  }

  private void awaitBody(Answer read) {
    patience.awaitBody(read, () -> fail(Stage.RECEIVE, true, "The upstream's answer stood still."));
  }

  /// The connection or stream is gone. A call of which the upstream said that it did nothing, or an
  /// idempotent one on a connection that had served before and may have been closed before it saw
  /// the request, is sent once more on a fresh connection, if its body is there still.
  private void lost(Stage stage, boolean unprocessed) {
    var gone = upstream;
    boolean untouched = answer == null && interim == 0 && !repeated;
    boolean unseen =
        untouched
            && gone != null
            && gone.used()
            && body instanceof Body.None
            && IDEMPOTENT.contains(arrival.call().method());
    boolean refused =
        untouched && unprocessed && (body instanceof Body.None || permit.judged() != null);
    if (unseen || refused) {
      repeated = true;
      dropUpstream();
      patience.noAnswerDue();
      connect(true);
    } else {
      fail(
          stage,
          false,
          answer == null
              ? "The upstream closed the connection without an answer."
              : "The upstream broke off its answer.");
    }
  }

  private void fail(Stage stage, boolean timeout, String detail) {
    dropUpstream();
    if (agent.started()) {
      agent.cut();
    }
    finish(
        Result.UPSTREAM_FAILED, Optional.of(new Failure(stage, timeout, detail)), Optional.empty());
  }

  private void dropUpstream() {
    if (connecting != null) {
      connecting.giveUp();
      connecting = null;
    }
    if (upstream != null) {
      upstream.abort();
      upstream = null;
    }
  }

  private void finish(Result result, Optional<Failure> failure, Optional<Denial> denial) {
    patience.end();
    dropWithheld();
    if (conversation != null) {
      bytesOut = conversation.bytesOut();
      bytesIn = conversation.bytesIn();
      notes.addAll(conversation.notes());
    }
    end.complete(new Exchange(admitted, result, status, bytesOut, bytesIn, failure, denial, notes));
  }
}
