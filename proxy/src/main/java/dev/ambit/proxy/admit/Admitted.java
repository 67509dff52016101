package dev.ambit.proxy.admit;

import dev.ambit.proxy.credential.Dispatch;

/// The call may go now: still permitted on the image of this instant, and its intent is durable.
public final class Admitted {
  private final Dispatch dispatch;

  Admitted(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  public Dispatch dispatch() {
    return dispatch;
  }
}
