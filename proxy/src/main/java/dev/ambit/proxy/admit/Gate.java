package dev.ambit.proxy.admit;

import dev.ambit.proxy.credential.Dispatch;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The last word before a byte leaves. Time has passed since `scope`, so it decides again, then
/// waits until the intent is durable.
public interface Gate {
  CompletionStage<Outcome<Admitted>> admit(Dispatch dispatch);

  /// Whether what admitted the call still holds: relay asks in the loop turn of the first upstream
  /// write, and writes nothing when it does not.
  default boolean holds(Admitted admitted) {
    return lapse(admitted) == null;
  }

  /// Why the call may not go any more; null while it may. What [#holds] asks.
  @Nullable Denial lapse(Admitted admitted);
}
