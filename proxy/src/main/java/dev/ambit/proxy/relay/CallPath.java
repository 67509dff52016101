package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// The way of one call as `decode` sees it: from the canonical call to its end.
public interface CallPath {
  CompletionStage<Outcome<Exchange>> carry(Arrival arrival, AgentStream agent);
}
