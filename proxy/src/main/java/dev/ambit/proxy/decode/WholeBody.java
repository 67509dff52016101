package dev.ambit.proxy.decode;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.relay.AgentStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Gathers one request body, up to a bound. Confined to the loop of its call; releases each piece
/// once it is copied.
final class WholeBody implements AgentStream.BodySink {
  private final AgentStream agent;
  private final int bytesMax;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<Outcome<byte[]>> done = new CompletableFuture<>();

  WholeBody(AgentStream agent, int bytesMax) {
    this.agent = agent;
    this.bytesMax = bytesMax;
  }

  CompletionStage<Outcome<byte[]>> read() {
    agent.onGone(() -> refuse(Reason.MALFORMED, "The body did not come whole."));
    agent.requestBody(this);
    more();
    return done;
  }

  @Override
  public void data(ByteBuf piece) {
    try {
      if (done.isDone()) {
        return;
      }
      if (piece.readableBytes() > bytesMax - bytes.size()) {
        refuse(
            Reason.LIMIT_EXCEEDED,
            "The body is larger than the " + bytesMax + " bytes that are judged.");
        return;
      }
      bytes.writeBytes(ByteBufUtil.getBytes(piece));
    } finally {
      piece.release();
    }
    more();
  }

  @Override
  public void end(boolean trailers) {
    done.complete(new Outcome.Proceed<>(bytes.toByteArray()));
  }

  private void more() {
    if (!done.isDone()) {
      agent.requestMore();
    }
  }

  private void refuse(Reason reason, String detail) {
    done.complete(new Outcome.Refuse<>(new Denial(reason, Optional.empty(), "", detail, 0)));
  }
}
