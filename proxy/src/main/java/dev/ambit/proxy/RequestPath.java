package dev.ambit.proxy;

import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.approve.Approvals;
import dev.ambit.proxy.budget.Budgets;
import dev.ambit.proxy.credential.Credentials;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.relay.AgentStream;
import dev.ambit.proxy.relay.Exchange;
import dev.ambit.proxy.relay.Relay;
import dev.ambit.proxy.resolve.Upstreams;
import dev.ambit.proxy.scope.Scope;
import java.util.concurrent.CompletionStage;

/// The way of one call through the proxy. Read [#carry] from top to bottom: one line, one stage. A
/// stage takes what only the stage above can make, so a missing or misplaced check fails to
/// compile.
public record RequestPath(
    Sessions sessions,
    Scope scope,
    Approvals approvals,
    Budgets budgets,
    Upstreams upstreams,
    Credentials credentials,
    Gate gate,
    Relay relay) {

  public CompletionStage<Outcome<Exchange>> carry(Arrival arrival, AgentStream agent) {
    return Passage.of(sessions.identify(arrival))
        .thenClaim(bound -> scope.permit(bound, agent))
        .then(approvals::approve)
        .thenClaim(budgets::reserve)
        .thenAwait(upstreams::resolve)
        .thenAwait(credentials::attach)
        .thenAwait(gate::admit)
        .thenAwait(admitted -> relay.send(admitted, agent))
        .outcome();
  }
}
