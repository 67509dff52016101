package dev.ambit.proxy.relay;

import dev.ambit.envelope.SessionId;
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
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.scope.Permit;
import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One exchange: a connection is found or dialled, the request written, and both bodies streamed as
/// fast as the slower side reads. Confined to its loop.
final class RelayCall implements AgentStream.BodySink, Dialer.Dialled {
  private static final int UNAUTHORIZED = 401;
  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  private final Arrival arrival;
  private final Permit permit;
  private final Body body;
  private final AgentStream agent;
  private final Gate gate;
  private final Reissue reissue;
  private final Activity activity;
  private final Dialer dialer;
  private final UpstreamPool pool;
  private final Limits limits;
  private final Deadline sendWait;
  private final Deadline answerWait;
  private final CompletableFuture<Exchange> end = new CompletableFuture<>();
  private final List<String> notes = new ArrayList<>();
  private Admitted admitted;
  private PoolKey key;
  private @Nullable Withheld withheld;
  private boolean reissued;
  private @Nullable Channel dialling;
  private boolean dialGivenUp;
  private @Nullable Upstream upstream;
  private @Nullable Answer answer;
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
      Dialer dialer,
      UpstreamPool pool,
      Limits limits) {
    this.admitted = admitted;
    this.permit = admitted.dispatch().route().reservation().approval().permit();
    this.arrival = permit.bound().arrival();
    this.body = permit.body();
    this.agent = agent;
    this.gate = gate;
    this.reissue = reissue;
    this.activity = activity;
    this.dialer = dialer;
    this.pool = pool;
    this.limits = limits;
    this.key = PoolKey.of(admitted);
    this.sendWait = new Deadline(agent.loop());
    this.answerWait = new Deadline(agent.loop());
  }

  CompletionStage<Exchange> start() {
    agent.onGone(this::agentGone);
    agent.onWritable(this::agentWritable);
    if (!end.isDone()) {
      connect();
    }
    return end;
  }

  Admitted admitted() {
    return admitted;
  }

  SessionId session() {
    return key.session();
  }

  private void connect() {
    var kept = pool.take(key);
    if (kept != null && kept.active()) {
      send(kept);
    } else {
      dialling = dialer.dial(key, this);
    }
  }

  @Override
  public void connected(Upstream fresh) {
    dialling = null;
    if (end.isDone()) {
      fresh.close();
    } else {
      send(fresh);
    }
  }

  @Override
  public void failed(Failure failure) {
    dialling = null;
    // A dial that was given up fails at once, before it was said why.
    if (!dialGivenUp) {
      finish(Result.UPSTREAM_FAILED, Optional.of(failure), Optional.empty());
    }
  }

  /// The loop turn of the first byte: asked once more whether the call may go, then written.
  private void send(Upstream to) {
    var objection = gate.objection(admitted);
    if (objection != null) {
      pool.put(to);
      finish(sent ? Result.CUT : Result.NOT_SENT, Optional.empty(), Optional.of(objection));
      return;
    }
    admitted.dispatch().route().reservation().spend();
    activity.touch(session());
    upstream = to;
    to.serve(this, arrival.call().method().equals("HEAD"));
    sent = true;
    to.write(RequestHead.of(admitted, to.alloc().buffer()));
    to.flush();
    to.read();
    var judged = permit.judged();
    if (body instanceof Body.None) {
      requestEnded = true;
      awaitAnswer();
    } else if (judged != null) {
      // In its place what came on the wire is read to its end already.
      bytesOut += judged.length;
      to.write(Unpooled.wrappedBuffer(judged));
      to.flush();
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
    int bytes = piece.readableBytes();
    bytesOut += bytes;
    if (body instanceof Body.Chunked) {
      Http1Text.chunk(to.alloc(), piece, to::write);
    } else {
      to.write(piece);
    }
    to.flushSoon();
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
    if (body instanceof Body.Chunked) {
      var last = to.alloc().buffer(8);
      Http1Text.lastChunk(last);
      to.write(last);
      to.flush();
    }
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
      sendWait.set(limits.bodyIdle(), () -> fail(Stage.SEND, true, "The upstream takes no more."));
    } else {
      sendWait.clear();
      agent.requestMore();
    }
  }

  void upstreamWritable() {
    if (awaitsRoom) {
      more();
    }
  }

  void sendFailed() {
    if (!end.isDone()) {
      lost(Stage.SEND);
    }
  }

  void head(HttpResponse response) {
    if (end.isDone()) {
      return;
    }
    var read = answer == null ? Answer.of(response, arrival.call().method().equals("HEAD")) : null;
    if (read == null) {
      fail(Stage.RECEIVE, false, "The upstream's answer is not valid HTTP.");
    } else if (read.status() < 200) {
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

  private void begin(Answer read) {
    answer = read;
    status = read.status();
    agent.head(read.status(), read.fields(), read.bodyBytes());
    awaitBody(read);
  }

  void content(HttpContent content) {
    if (withheld != null) {
      withheld.add(content);
      return;
    }
    var read = answer;
    var from = upstream;
    if (end.isDone() || read == null || from == null) {
      // The empty end of an interim answer, or what follows a failure.
      content.release();
      return;
    }
    boolean last = content instanceof LastHttpContent;
    if (content.decoderResult().isFailure()) {
      content.release();
      fail(Stage.RECEIVE, false, "The upstream's answer is not valid HTTP.");
      return;
    }
    bytesIn += content.content().readableBytes();
    agent.data(content.content());
    if (last && read.untilClose() && !from.closedWell()) {
      fail(Stage.RECEIVE, false, "The upstream broke off its answer.");
    } else if (last) {
      agent.end();
      giveBack(from, read);
      finish(Result.ANSWERED, Optional.empty(), Optional.empty());
    }
  }

  /// A token never waits: what this read brought is flushed, then the next is asked for if the
  /// agent keeps up.
  void readComplete() {
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

  void upstreamGone() {
    if (withheld != null) {
      withheld.gone();
    } else if (!end.isDone()) {
      lost(Stage.RECEIVE);
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
    answerWait.clear();
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
    kept.contents().forEach(this::content);
    readComplete();
    if (kept.isGone() && !end.isDone()) {
      lost(Stage.RECEIVE);
    }
  }

  private void sendAgain(Admitted next) {
    dropWithheld();
    if (upstream != null) {
      upstream.release();
      upstream.close();
      upstream = null;
    }
    var misuse = HttpRelay.misuse(next);
    if (misuse.isPresent()) {
      finish(Result.CUT, Optional.empty(), misuse);
      return;
    }
    admitted = next;
    key = PoolKey.of(next);
    interim = 0;
    notes.add("credential_reissued");
    connect();
  }

  private void dropWithheld() {
    if (withheld != null) {
      withheld.release();
      withheld = null;
    }
  }

  /// Its session no longer permits it: nothing more goes upstream, and the agent sees that the
  /// answer is not whole.
  void cut(Denial denial) {
    if (end.isDone()) {
      return;
    }
    dropUpstream();
    if (agent.started()) {
      agent.cut();
    }
    finish(sent ? Result.CUT : Result.NOT_SENT, Optional.empty(), Optional.of(denial));
  }

  private void agentGone() {
    if (!end.isDone()) {
      dropUpstream();
      finish(Result.AGENT_GONE, Optional.empty(), Optional.empty());
    }
  }

  private void agentWritable() {
    if (!end.isDone() && upstream != null && answer != null && agent.writable()) {
      upstream.read();
    }
  }

  private void awaitAnswer() {
    answerWait.set(
        limits.answerWait(),
        () -> fail(Stage.RECEIVE, true, "The upstream did not answer in time."));
  }

  private void awaitBody(Answer read) {
    var idle = read.bodyBytes() >= 0 ? limits.bodyIdle() : limits.streamIdle();
    answerWait.set(idle, () -> fail(Stage.RECEIVE, true, "The upstream's answer stood still."));
  }

  /// The connection is gone. One that had served before may have been closed before it saw the
  /// request: an idempotent one without a body is sent once more, on a fresh connection.
  private void lost(Stage stage) {
    var gone = upstream;
    boolean again =
        gone != null
            && gone.used()
            && answer == null
            && interim == 0
            && body instanceof Body.None
            && IDEMPOTENT.contains(arrival.call().method());
    if (again) {
      dropUpstream();
      answerWait.clear();
      dialling = dialer.dial(key, this);
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
    if (dialling != null) {
      dialGivenUp = true;
      var _ = dialling.close();
      dialling = null;
    }
    if (upstream != null) {
      upstream.release();
      upstream.abort();
      upstream = null;
    }
  }

  /// Back to the pool only when both messages are whole and nothing stands behind the answer. In a
  /// turn of its own, so that what the same read still brings is seen as unexpected.
  private void giveBack(Upstream from, Answer read) {
    upstream = null;
    boolean reusable =
        requestEnded && read.keepAlive() && !read.untilClose() && from.clean() && from.active();
    from.release();
    if (!reusable) {
      from.close();
      return;
    }
    agent
        .loop()
        .execute(() -> {
          if (from.active() && from.clean() && gate.lapse(admitted) == null) {
            pool.put(from);
          } else {
            from.close();
          }
        });
  }

  private void finish(Result result, Optional<Failure> failure, Optional<Denial> denial) {
    sendWait.clear();
    answerWait.clear();
    dropWithheld();
    end.complete(new Exchange(admitted, result, status, bytesOut, bytesIn, failure, denial, notes));
  }
}
