package dev.ambit.proxy.budget;

import dev.ambit.proxy.approve.Approval;
import dev.ambit.proxy.model.Claim;
import java.util.function.IntConsumer;

/// Room taken from every budget the call draws on; or proof that it draws on none. Given back on
/// release unless a byte was sent.
public final class Reservation implements Claim {
  private final Approval approval;
  private final IntConsumer settle;
  private boolean spent;
  private boolean released;

  Reservation(Approval approval, IntConsumer settle) {
    this.approval = approval;
    this.settle = settle;
  }

  public Approval approval() {
    return approval;
  }

  /// The first byte goes upstream: from now on the room is spent.
  public void spend() {
    spent = true;
  }

  /// Whether a byte went upstream.
  public boolean spent() {
    return spent;
  }

  @Override
  public void release() {
    if (!released) {
      released = true;
      settle.accept(spent ? 1 : 0);
    }
  }
}
