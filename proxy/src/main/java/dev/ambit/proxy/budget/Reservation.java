package dev.ambit.proxy.budget;

import dev.ambit.proxy.approve.Approval;
import dev.ambit.proxy.model.Claim;

/// Room taken from every budget the call draws on; or proof that it draws on none. Given back on
/// release unless a byte was sent.
public final class Reservation implements Claim {
  private final Approval approval;
  private final Runnable giveBack;
  private boolean settled;

  Reservation(Approval approval, Runnable giveBack) {
    this.approval = approval;
    this.giveBack = giveBack;
  }

  public Approval approval() {
    return approval;
  }

  /// The first byte goes upstream: from now on the room is spent.
  public void spend() {
    settled = true;
  }

  @Override
  public void release() {
    if (!settled) {
      settled = true;
      giveBack.run();
    }
  }
}
