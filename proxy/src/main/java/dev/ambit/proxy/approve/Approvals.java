package dev.ambit.proxy.approve;

import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.scope.Permit;

/// Lets pass what needs no yes. No grant can ask for one yet: `approval` is refused where resources
/// are read.
public final class Approvals {
  public Outcome<Approval> approve(Permit permit) {
    return new Outcome.Proceed<>(new Approval(permit));
  }
}
