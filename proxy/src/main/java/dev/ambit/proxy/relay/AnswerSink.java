package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import java.util.List;

/// Takes what an upstream answers to one call. Called on its loop.
interface AnswerSink {
  /// An interim head or the final one.
  void answerHead(Answer answer);

  /// The upstream opens the WebSocket that it was asked for; the connection is the wire's from now
  /// on, and nothing more is told here.
  void opened(Answer answer, Wire upstream);

  /// Takes the piece.
  void answerData(ByteBuf piece);

  /// The answer is whole.
  void answerEnd(List<Field> trailers);

  /// What came is no answer, or breaks off; the sentence is ours.
  void answerBroken(String why);

  /// What one read of the connection brought has been told.
  void readComplete();

  void upstreamWritable();

  void sendFailed();

  /// The connection or stream is gone.
  ///
  /// @param unprocessed whether the upstream said that it did nothing of the call
  void upstreamGone(boolean unprocessed);
}
