package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.testing.Tuned;
import java.time.Duration;

/// The default limits with waits that a test can sit out.
final class Shortened {
  private Shortened() {}

  static Limits with(Duration headWait, Duration idle) {
    var tuned = new Tuned();
    tuned.headWait = headWait;
    tuned.idle = idle;
    return tuned.limits();
  }
}
