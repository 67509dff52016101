package dev.ambit.proxy.credential;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Another credential in place of one that an upstream answered 401 to, for the same call and no
/// wider. Completes on the loop, never exceptionally.
public interface Reissue {
  /// The call with the other credential; null when there is none: the 401 is the answer then. One
  /// credential is replaced at most once, and what came in its place not at all.
  CompletionStage<@Nullable Dispatch> inPlaceOf(Dispatch rejected);
}
