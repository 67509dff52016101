package dev.ambit.proxy.scope;

import dev.ambit.proxy.identify.SessionCall;
import dev.ambit.proxy.model.Outcome;
import java.time.InstantSource;

/// Asks the engine whether a session may make a call. Pure but for the clock; safe on the event
/// loop.
public final class Scope {
  private final InstantSource clock;

  public Scope(InstantSource clock) {
    this.clock = clock;
  }

  public Outcome<Permit> permit(SessionCall bound) {
    throw new UnsupportedOperationException(clock.toString() + bound.session());
  }
}
