package dev.ambit.proxy.audit;

import dev.ambit.proto.v1.RecordRequest;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// The records on their way to the control plane, in order. Called on the loop and answers there.
public interface Outbox {
  /// The next stretch of a chain; empty when all has been given out.
  CompletionStage<Optional<RecordRequest>> next();

  /// Starts again with the oldest that is not acknowledged: the stream that took the others is
  /// gone.
  void rewind();

  /// Everything of this chain up to `seq` is durable at the control plane.
  void acknowledged(String bootId, long seq);

  /// Calls `more` whenever there may be something new, and `now` when somebody waits for it.
  void onMore(Runnable more, Runnable now);
}
