package dev.ambit.proxy.relay;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.model.Activity;
import dev.ambit.proxy.model.CallEnd.Result;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Failure.Stage;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.scope.Permit;
import dev.ambit.proxy.transport.Deadline;
import dev.ambit.proxy.transport.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One connection of which nothing is read: dialled once, then bytes go both ways as fast as the
/// slower side takes them, until both sides have said their last. Confined to its loop.
final class OpaqueCall implements AgentStream.BodySink, OpaqueUpstream.Sink, Live.Cuttable {
  private static final int OK = 200;

  private final Admitted admitted;
  private final Permit permit;
  private final AgentStream agent;
  private final Gate gate;
  private final Activity activity;
  private final Sockets sockets;
  private final Circuits circuits;
  private final Circuits.Destination destination;
  private final Traffic traffic;
  private final Limits limits;
  private final Deadline idle;
  private final CompletableFuture<Exchange> end = new CompletableFuture<>();
  private @Nullable Channel upstream;
  private boolean opened;
  private boolean agentEnded;
  private boolean upstreamEnded;
  private boolean awaitsRoom;
  private long bytesOut;
  private long bytesIn;

  OpaqueCall(
      Admitted admitted,
      AgentStream agent,
      Gate gate,
      Activity activity,
      Sockets sockets,
      Circuits circuits,
      Traffic traffic,
      Limits limits) {
    this.admitted = admitted;
    this.permit = admitted.dispatch().route().reservation().approval().permit();
    this.agent = agent;
    this.gate = gate;
    this.activity = activity;
    this.sockets = sockets;
    this.circuits = circuits;
    this.destination = Circuits.Destination.of(PoolKey.of(admitted));
    this.traffic = traffic;
    this.limits = limits;
    this.idle = new Deadline(agent.loop());
  }

  CompletionStage<Exchange> start() {
    agent.onGone(this::agentGone);
    agent.onWritable(this::agentWritable);
    if (!end.isDone()) {
      connect();
    }
    return end;
  }

  private void connect() {
    var objection = circuits.objection(destination);
    if (objection != null) {
      fail(objection);
      return;
    }
    var connecting = sockets.connect(destination.address());
    upstream = connecting.channel();
    var _ = connecting.addListener(_ -> connected(connecting));
  }

  @Override
  public Admitted admitted() {
    return admitted;
  }

  private void connected(ChannelFuture connecting) {
    if (end.isDone()) {
      var _ = connecting.channel().close();
    } else if (connecting.isSuccess()) {
      circuits.connected(destination);
      open(connecting.channel());
    } else {
      var failure = Sockets.notConnected(connecting.cause());
      circuits.failed(destination, failure);
      fail(failure);
    }
  }

  /// Asked once more whether it may go: from here on each byte does.
  private void open(Channel to) {
    var objection = gate.objection(admitted);
    if (objection != null) {
      cut(objection);
      return;
    }
    admitted.dispatch().route().reservation().spend();
    opened = true;
    traffic.opened();
    var _ = to.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    to.pipeline().addLast(new OpaqueUpstream(this));
    agent.head(OK, List.of(), -1);
    agent.flush();
    moved();
    agent.requestBody(this);
    more();
    to.read();
  }

  @Override
  public void data(ByteBuf piece) {
    var to = upstream;
    if (to == null || end.isDone()) {
      piece.release();
      return;
    }
    bytesOut += piece.readableBytes();
    traffic.out(piece.readableBytes());
    var _ = to.writeAndFlush(piece, to.voidPromise());
    moved();
    more();
  }

  @Override
  public void end(boolean trailers) {
    var to = upstream;
    if (to == null || end.isDone()) {
      return;
    }
    agentEnded = true;
    if (upstreamEnded) {
      finish(Result.ANSWERED, Optional.empty(), Optional.empty());
    } else {
      endOutput(to);
    }
  }

  /// After what waits to be written.
  private static void endOutput(Channel channel) {
    var _ =
        channel
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(_ -> {
              var _ = ((DuplexChannel) channel).shutdownOutput();
            });
  }

  /// Asks the agent for more while the upstream takes it.
  private void more() {
    if (end.isDone() || upstream == null || agentEnded) {
      return;
    }
    awaitsRoom = !upstream.isWritable();
    if (!awaitsRoom) {
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
  public void upstreamData(ByteBuf piece) {
    if (end.isDone()) {
      piece.release();
      return;
    }
    bytesIn += piece.readableBytes();
    traffic.in(piece.readableBytes());
    agent.data(piece);
  }

  @Override
  public void upstreamRead() {
    if (end.isDone() || upstream == null) {
      return;
    }
    agent.flush();
    moved();
    if (agent.writable() && !upstreamEnded) {
      upstream.read();
    }
  }

  @Override
  public void upstreamEnded() {
    if (end.isDone()) {
      return;
    }
    upstreamEnded = true;
    agent.end(List.of());
    if (agentEnded) {
      finish(Result.ANSWERED, Optional.empty(), Optional.empty());
    }
  }

  @Override
  public void upstreamGone() {
    if (!end.isDone()) {
      fail(new Failure(Stage.RECEIVE, false, "The upstream broke off the connection."));
    }
  }

  private void agentWritable() {
    if (!end.isDone() && opened && !upstreamEnded && upstream != null && agent.writable()) {
      upstream.read();
    }
  }

  private void agentGone() {
    if (!end.isDone()) {
      dropUpstream();
      finish(opened ? Result.AGENT_GONE : Result.NOT_SENT, Optional.empty(), Optional.empty());
    }
  }

  /// Something was carried, or could be from now on.
  private void moved() {
    activity.touch(session());
    idle.set(limits.opaque().idle(), this::standsStill);
  }

  private void standsStill() {
    cut(
        new Denial(
            Reason.LIMIT_EXCEEDED,
            Optional.of(permit.bound().session()),
            permit.target().name(),
            "The connection carried nothing for longer than it may.",
            0));
  }

  /// Nothing more goes either way.
  @Override
  public void cut(Denial denial) {
    if (end.isDone()) {
      return;
    }
    dropUpstream();
    if (agent.started()) {
      agent.cut();
    }
    finish(opened ? Result.CUT : Result.NOT_SENT, Optional.empty(), Optional.of(denial));
  }

  private void fail(Failure failure) {
    dropUpstream();
    if (agent.started()) {
      agent.cut();
    }
    finish(Result.UPSTREAM_FAILED, Optional.of(failure), Optional.empty());
  }

  private void dropUpstream() {
    if (upstream != null) {
      Reset.now(upstream);
      upstream = null;
    }
  }

  private void finish(Result result, Optional<Failure> failure, Optional<Denial> denial) {
    idle.clear();
    if (opened) {
      traffic.closed();
    }
    var rest = upstream;
    upstream = null;
    if (rest != null) {
      // Both have said their last; what the upstream is still to be told goes out first.
      var _ =
          rest.writeAndFlush(Unpooled.EMPTY_BUFFER)
              .addListener(_ -> {
                var _ = rest.close();
              });
    }
    end.complete(new Exchange(admitted, result, 0, bytesOut, bytesIn, failure, denial, List.of()));
  }
}
