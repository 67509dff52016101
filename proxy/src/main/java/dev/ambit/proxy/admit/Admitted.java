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

  /// The same call once more, with another credential for it: its intent is on record.
  public Admitted again(Dispatch other) {
    if (other.route() != dispatch.route()) {
      throw new IllegalArgumentException("dispatch: of another call (expected: the same route)");
    }
    return new Admitted(other);
  }
}
