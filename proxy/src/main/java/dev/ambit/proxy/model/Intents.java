package dev.ambit.proxy.model;

import java.util.concurrent.CompletionStage;

/// Takes intents, and keeps room for the completion of each.
public interface Intents {
  /// Completes on the loop: true when the intent is durable, false when it could not be taken and
  /// the call must not go.
  CompletionStage<Boolean> write(Intent intent);
}
