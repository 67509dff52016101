package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.http2.Lane;
import dev.ambit.proxy.model.Field;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One stream of an HTTP/2 connection to an upstream, for one call. Confined to its loop.
final class UpstreamLane extends Lane implements UpstreamStream {
  private static final String INVALID = "The upstream's answer is not valid HTTP.";

  private final Http2Upstream upstream;
  private final boolean used;
  private @Nullable AnswerSink sink;
  private @Nullable Answer answer;
  private boolean toHead;

  /// @param used whether the connection has served a call before
  UpstreamLane(Http2Upstream upstream, Http2Stream stream, boolean used) {
    super(upstream, stream);
    this.upstream = upstream;
    this.used = used;
  }

  /// An upstream that resets the stream has seen it.
  @Override
  public boolean used() {
    return used && resetBy() == null;
  }

  @Override
  public void send(Admitted admitted, boolean bodyFollows, boolean takesTrailers, AnswerSink to) {
    sink = to;
    toHead =
        admitted
            .dispatch()
            .route()
            .reservation()
            .approval()
            .permit()
            .call()
            .method()
            .equals("HEAD");
    Http2RequestHead.write(
        admitted, takesTrailers, upstream.neverIndexed(), head -> writeHead(head, !bodyFollows));
    flushSoon();
  }

  @Override
  public void data(ByteBuf piece) {
    writePiece(piece, false);
    flushSoon();
  }

  @Override
  public void end() {
    writeEnd();
    flushSoon();
  }

  @Override
  public void flushSoon() {
    flushLater();
  }

  @Override
  public boolean writable() {
    return roomToWrite();
  }

  @Override
  public void read() {
    want();
  }

  @Override
  public void unused() {
    abort();
  }

  /// An upstream that answers before it has read everything does not want the rest, and may never
  /// open its window for it.
  @Override
  public void done(boolean requestWhole, BooleanSupplier permitted) {
    sink = null;
    if (!requestWhole || holdsBytes()) {
      reset(Http2Error.CANCEL);
    }
  }

  @Override
  public void abort() {
    sink = null;
    reset(Http2Error.CANCEL);
  }

  @Override
  protected void headCame(Http2Headers headers, boolean end) {
    var to = sink;
    if (to == null) {
      return;
    }
    if (answer != null) {
      var trailers = Answer.trailers(headers);
      if (trailers == null) {
        to.answerBroken(INVALID);
      } else {
        lastCame(trailers);
      }
      return;
    }
    var read = Answer.of(headers, toHead);
    if (read == null || (read.interim() && end)) {
      to.answerBroken(INVALID);
      return;
    }
    if (!read.interim()) {
      answer = read;
    }
    to.answerHead(read);
    if (end) {
      lastCame(List.of());
    }
  }

  @Override
  protected void pieceCame(ByteBuf piece) {
    var to = sink;
    var read = answer;
    if (to == null) {
      piece.release();
    } else if (read == null || read.bodiless()) {
      piece.release();
      to.answerBroken(INVALID);
    } else {
      to.answerData(piece);
    }
  }

  @Override
  protected void endCame(List<Field> trailers) {
    var to = sink;
    if (to == null) {
      return;
    }
    if (answer == null) {
      to.answerBroken(INVALID);
    } else {
      to.answerEnd(trailers);
    }
  }

  @Override
  protected void readComplete() {
    if (sink != null) {
      sink.readComplete();
    }
  }

  @Override
  protected void lost() {
    var to = sink;
    sink = null;
    if (to != null) {
      to.upstreamGone(resetBy() == Http2Error.REFUSED_STREAM || upstream.unprocessed(id()));
    }
  }

  @Override
  protected void writabilityChanged() {
    if (sink != null) {
      sink.upstreamWritable();
    }
  }
}
