package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// Hands each admitted call to the relay that speaks as its target does.
///
/// @param opaque for targets of whose calls nothing is read
public record Relays(Relay http, Relay opaque) implements Relay {
  @Override
  public CompletionStage<Outcome<Exchange>> send(Admitted admitted, AgentStream agent) {
    var permit = admitted.dispatch().route().reservation().approval().permit();
    return (permit.call().opaque() ? opaque : http).send(admitted, agent);
  }
}
