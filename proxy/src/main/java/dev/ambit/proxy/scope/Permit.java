package dev.ambit.proxy.scope;

import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Target;
import dev.ambit.proxy.identify.SessionCall;

/// Proof that [Scope] permitted this call. Only this package can make one.
public final class Permit {
  private final SessionCall bound;
  private final Target target;
  private final Grant grant;

  Permit(SessionCall bound, Target target, Grant grant) {
    this.bound = bound;
    this.target = target;
    this.grant = grant;
  }

  public SessionCall bound() {
    return bound;
  }

  public Target target() {
    return target;
  }

  public Grant grant() {
    return grant;
  }
}
