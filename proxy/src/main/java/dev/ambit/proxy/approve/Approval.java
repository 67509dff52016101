package dev.ambit.proxy.approve;

import dev.ambit.proxy.scope.Permit;

/// Proof that the call needs no yes of a person, or has one.
public final class Approval {
  private final Permit permit;

  Approval(Permit permit) {
    this.permit = permit;
  }

  public Permit permit() {
    return permit;
  }
}
