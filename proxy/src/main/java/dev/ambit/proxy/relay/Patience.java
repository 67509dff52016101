package dev.ambit.proxy.relay;

import dev.ambit.envelope.Grpc;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.GrpcTimeout;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Deadline;
import io.netty.channel.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How long one exchange waits, and for what. Confined to its loop.
final class Patience {
  private final Limits limits;
  private final Deadline sendWait;
  private final Deadline answerWait;
  private final Deadline callWait;
  private final boolean grpc;
  private final @Nullable Duration deadline;
  private boolean running;

  Patience(Limits limits, EventLoop loop, Arrival arrival) {
    this.limits = limits;
    this.sendWait = new Deadline(loop);
    this.answerWait = new Deadline(loop);
    this.callWait = new Deadline(loop);
    this.grpc = Grpc.asked(arrival.fields());
    this.deadline = grpc ? GrpcTimeout.of(arrival.fields()) : null;
  }

  /// From the first byte to the deadline that the agent named, if it did; one beyond the longest
  /// that anything may stand still needs no clock of its own.
  void sent(Runnable missed) {
    if (deadline != null && !running && deadline.compareTo(limits.streamIdle()) <= 0) {
      running = true;
      callWait.set(deadline, missed);
    }
  }

  void awaitRoom(Runnable missed) {
    sendWait.set(limits.bodyIdle(), missed);
  }

  void roomCame() {
    sendWait.clear();
  }

  /// A gRPC method may say nothing, not even its head, for as long as its stream may stand still.
  void awaitAnswer(Runnable missed) {
    answerWait.set(grpc ? limits.streamIdle() : limits.answerWait(), missed);
  }

  void awaitBody(Answer read, Runnable missed) {
    answerWait.set(read.bodyBytes() >= 0 ? limits.bodyIdle() : limits.streamIdle(), missed);
  }

  void noAnswerDue() {
    answerWait.clear();
  }

  void end() {
    sendWait.clear();
    answerWait.clear();
    callWait.clear();
  }
}
