package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// Sends the call and streams the answer. Answers when the exchange has ended.
public interface Relay {
  CompletionStage<Outcome<Exchange>> send(Admitted admitted, AgentStream agent);
}
