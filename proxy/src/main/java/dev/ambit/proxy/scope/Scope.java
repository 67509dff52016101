package dev.ambit.proxy.scope;

import dev.ambit.envelope.Decision;
import dev.ambit.proxy.identify.SessionCall;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import java.time.InstantSource;
import java.util.Optional;

/// Asks the engine whether a session may make a call. Pure but for the clock; safe on the event
/// loop.
public final class Scope {
  private final InstantSource clock;

  public Scope(InstantSource clock) {
    this.clock = clock;
  }

  public Outcome<Permit> permit(SessionCall bound) {
    var session = bound.session();
    // Asked for every call, not once per connection: the session may have expired in between.
    return switch (session.rules().decide(bound.arrival().call(), clock.instant())) {
      case Decision.Permitted(var target, var grant) ->
          new Outcome.Proceed<>(new Permit(bound, target, grant));
      case Decision.Denied(var reason, var target, var detail) ->
          new Outcome.Refuse<>(new Denial(reason, Optional.of(session), target, detail, 0));
    };
  }
}
