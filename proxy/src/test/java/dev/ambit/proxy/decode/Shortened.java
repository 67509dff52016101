package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Limits;
import java.time.Duration;

/// The default limits with waits that a test can sit out.
final class Shortened {
  private Shortened() {}

  static Limits with(Duration headWait, Duration idle) {
    var d = Limits.DEFAULT;
    return new Limits(
        d.connections(),
        d.requestLineBytes(),
        d.headBytes(),
        d.fields(),
        d.trailerBytes(),
        headWait,
        d.handshakeWait(),
        idle,
        d.connectWait(),
        d.answerWait(),
        d.bodyIdle(),
        d.streamIdle(),
        d.drainBytes(),
        d.interim(),
        d.pooledPerKey(),
        d.pooled(),
        d.pooledIdle());
  }
}
