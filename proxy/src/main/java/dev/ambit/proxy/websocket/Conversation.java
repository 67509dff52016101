package dev.ambit.proxy.websocket;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.CallEnd.Result;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Failure.Stage;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An open WebSocket between an agent and an upstream: frames pass both ways, checked and as they
/// are, until both sides have closed it, one of them fails, or it is cut. A Close of our own is
/// written only where what was written before ends with a frame; else the connection just ends.
/// Confined to its loop.
public final class Conversation implements Leg.Owner {
  private final Limits limits;
  private final Listener listener;
  private final Leg out;
  private final Leg in;
  private final Deadline wait;
  private final List<String> notes = new ArrayList<>();
  private boolean over;

  public Conversation(Wire agent, Wire upstream, Limits limits, Listener listener) {
    this.limits = limits;
    this.listener = listener;
    this.wait = new Deadline(agent.loop());
    var bounds = limits.webSocket();
    this.out = new Leg(agent, upstream, true, new Frames(true, bounds), limits.bodyIdle(), this);
    this.in = new Leg(upstream, agent, false, new Frames(false, bounds), limits.bodyIdle(), this);
  }

  /// Told what becomes of it.
  public interface Listener {
    /// Something passed.
    void moved();

    /// Told once, unless it is cut.
    void over(Result result, Optional<Failure> failure, Optional<Denial> denial);
  }

  public void start() {
    awaitFrames();
    // The agent's side first: only the upstream can have sent frames already.
    out.start(in);
    if (!over) {
      in.start(out);
    }
  }

  /// Frames that went upstream, in bytes.
  public long bytesOut() {
    return out.bytes();
  }

  public long bytesIn() {
    return in.bytes();
  }

  /// What is to be said of it in the record.
  public List<String> notes() {
    var all = new ArrayList<>(notes);
    all.add("messages_out:" + out.frames().messages());
    all.add("messages_in:" + in.frames().messages());
    return all;
  }

  /// Its session no longer permits it: nothing more goes upstream, and the agent is told why.
  public void cut(Denial denial) {
    if (over) {
      return;
    }
    stop();
    out.to().abort();
    part(in, CloseFrame.POLICY, denial.reason().code(), in.takesClose());
  }

  @Override
  public void moved() {
    listener.moved();
    if (!closing()) {
      awaitFrames();
    }
  }

  @Override
  public void closed() {
    if (out.frames().closed() && in.frames().closed()) {
      done();
    } else {
      wait.set(limits.webSocket().closeWait(), this::unanswered);
    }
  }

  @Override
  public void violated(Leg leg, Violation violation, boolean whole) {
    stop();
    var side = leg.fromAgent() ? "agent" : "upstream";
    var reason = violation.isTooBig() ? "limit_exceeded" : "protocol_error";
    notes.add(side + ":" + reason);
    part(leg, violation.code(), reason, whole);
    var back = leg == out ? in : out;
    part(back, violation.code(), reason, back.takesClose());
    var detail = "In the WebSocket " + violation.what() + ".";
    if (leg.fromAgent()) {
      var kind = violation.isTooBig() ? Reason.LIMIT_EXCEEDED : Reason.MALFORMED;
      listener.over(
          Result.CUT,
          Optional.empty(),
          Optional.of(new Denial(kind, Optional.empty(), "", detail, 0)));
    } else {
      failed(Stage.RECEIVE, false, detail);
    }
  }

  @Override
  public void stalled(Leg leg) {
    stop();
    leg.to().abort();
    if (leg.fromAgent()) {
      part(in, CloseFrame.BAD_GATEWAY, "upstream_failed", in.takesClose());
      failed(Stage.SEND, true, "The upstream takes no more.");
    } else {
      out.to().abort();
      listener.over(Result.AGENT_GONE, Optional.empty(), Optional.empty());
    }
  }

  @Override
  public void gone(Leg leg) {
    boolean closing = closing();
    stop();
    if (leg.fromAgent()) {
      out.to().abort();
    } else {
      boolean told = closing || !in.takesClose();
      in.to().end(told ? null : close(in, CloseFrame.BAD_GATEWAY, "upstream_failed"), patience());
    }
    if (closing) {
      // Whoever has said that it is over need not wait for the other's word.
      listener.over(Result.ANSWERED, Optional.empty(), Optional.empty());
    } else if (leg.fromAgent()) {
      listener.over(Result.AGENT_GONE, Optional.empty(), Optional.empty());
    } else {
      failed(Stage.RECEIVE, false, "The upstream broke off the WebSocket.");
    }
  }

  /// It has no end of its own to wait for; its client is told to come back elsewhere.
  @Override
  public void drain() {
    if (over) {
      return;
    }
    stop();
    part(in, CloseFrame.GOING_AWAY, "shutting_down", in.takesClose());
    part(out, CloseFrame.GOING_AWAY, "shutting_down", out.takesClose());
    listener.over(Result.CUT, Optional.empty(), Optional.of(Denial.of(Reason.SHUTTING_DOWN, null)));
  }

  private void done() {
    stop();
    in.to().end(null, patience());
    out.to().end(null, patience());
    listener.over(Result.ANSWERED, Optional.empty(), Optional.empty());
  }

  private void unanswered() {
    notes.add("close_unanswered");
    done();
  }

  private void stoodStill() {
    stop();
    part(in, CloseFrame.GOING_AWAY, "idle", in.takesClose());
    part(out, CloseFrame.GOING_AWAY, "idle", out.takesClose());
    failed(Stage.RECEIVE, true, "The WebSocket stood still.");
  }

  private void awaitFrames() {
    wait.set(limits.streamIdle(), this::stoodStill);
  }

  private boolean closing() {
    return out.frames().closed() || in.frames().closed();
  }

  private void stop() {
    over = true;
    wait.clear();
    out.stop();
    in.stop();
  }

  private void failed(Stage stage, boolean timeout, String detail) {
    listener.over(
        Result.UPSTREAM_FAILED, Optional.of(new Failure(stage, timeout, detail)), Optional.empty());
  }

  /// Ends the side to which the leg leads, with a Close where it can have one.
  private void part(Leg leg, int code, String reason, boolean whole) {
    leg.to().end(whole ? close(leg, code, reason) : null, patience());
  }

  private static ByteBuf close(Leg leg, int code, String reason) {
    return CloseFrame.of(code, reason, leg.fromAgent());
  }

  private Duration patience() {
    return limits.webSocket().closeWait();
  }
}
