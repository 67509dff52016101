package dev.ambit.chaos.fault;

import java.time.Duration;
import java.util.Random;

/// Every kind of fault there is, with how it is drawn and how long it lasts.
public enum Family {
  F01("control plane killed", 1, 9),
  F04("proxy killed", 0, 3),
  F05("proxy and control plane cut", 1, 14),
  F07("control plane and issuer cut", 3, 12),
  F08("proxy and control plane slow", 4, 10),
  F09("upstream resets", 3, 8),
  F10("upstream half-closes", 3, 8),
  F11("upstream stalls", 3, 9),
  F21("proxy asked to end", 0, 3);

  private final String title;
  private final int secondsMin;
  private final int secondsMax;

  Family(String title, int secondsMin, int secondsMax) {
    this.title = title;
    this.secondsMin = secondsMin;
    this.secondsMax = secondsMax;
  }

  public String title() {
    return title;
  }

  Step step(Random random) {
    var fault = draw(random);
    return new Step(
        fault, Duration.ofMillis(random.nextLong(secondsMin * 1_000L, secondsMax * 1_000L + 1)));
  }

  private Fault draw(Random random) {
    return switch (this) {
      case F01 -> new KilledControlPlane();
      case F04 -> KilledProxy.killed(random);
      case F05 -> CutWire.control(random);
      case F07 -> CutWire.issuer(random);
      case F08 -> CutWire.slowControl(random);
      case F09 -> CutWire.tornUpstream(random);
      case F10 -> CutWire.halfClosed(random);
      case F11 -> CutWire.stalledUpstream(random);
      case F21 -> KilledProxy.asked(random);
    };
  }

  /// A fault and how long it is left to last.
  public record Step(Fault fault, Duration lasts) {}
}
