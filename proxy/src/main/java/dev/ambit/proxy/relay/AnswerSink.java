package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Field;
import io.netty.buffer.ByteBuf;
import java.util.List;

/// Takes what an upstream answers to one call. Called on its loop.
interface AnswerSink {
  /// An interim head or the final one.
  void answerHead(Answer answer);

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
