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

  /// Why the call may not be sent now; null when it may. Relay asks in the loop turn of the first
  /// upstream write, of a second attempt too, and writes nothing when there is a reason.
  @Nullable Denial objection(Admitted admitted);

  /// Why a call that was sent may not go on; null while it may. It needs its credential no more.
  @Nullable Denial lapse(Admitted admitted);
}
