package dev.ambit.proxy.admit;

import dev.ambit.proxy.credential.Dispatch;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// The last word before a byte leaves. Time has passed since `scope`, so it decides again, then
/// waits until the intent is durable.
public interface Gate {
  CompletionStage<Outcome<Admitted>> admit(Dispatch dispatch);
}
