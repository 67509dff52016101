package dev.ambit.chaos.fault;

import java.time.Duration;
import java.util.Random;

/// Every kind of fault there is, with how it is drawn and how long it lasts.
public enum Family {
  F01("control plane killed", 1, 9),
  F03("SPIFFE authority killed", 2, 8),
  F04("proxy killed", 0, 3),
  F05("proxy and control plane cut", 1, 14),
  F07("control plane and issuer cut", 3, 12),
  F08("proxy and control plane slow", 4, 10),
  F09("upstream resets", 3, 8),
  F10("upstream half-closes", 3, 8),
  F11("upstream stalls", 3, 9),
  F12("many slow readers", 0, 0),
  F13("memory used up", 3, 8),
  F14("process stopped", 2, 20),
  F15("descriptors used up", 3, 8),
  F16("disk full", 3, 10),
  F18("wall clock wrong", 3, 10),
  F21("proxy asked to end", 0, 3),
  F23("issuer ill", 4, 12),
  F24("name server ill", 3, 10),
  F26("many sessions end while streaming", 0, 0);

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

  /// @param crowd sessions of F12 and F26 instead of what is drawn; 0 for that
  Step step(Random random, int crowd) {
    var fault = draw(random, crowd);
    var drawn = Duration.ofMillis(random.nextLong(secondsMin * 1_000L, secondsMax * 1_000L + 1));
    return new Step(fault, fault.lasts(drawn));
  }

  private Fault draw(Random random, int crowd) {
    return switch (this) {
      case F01 -> new KilledControlPlane();
      case F03 -> new NoAuthority();
      case F04 -> KilledProxy.killed(random);
      case F05 -> CutWire.control(random);
      case F07 -> CutWire.issuer(random);
      case F08 -> CutWire.slowControl(random);
      case F09 -> CutWire.tornUpstream(random);
      case F10 -> CutWire.halfClosed(random);
      case F11 -> CutWire.stalledUpstream(random);
      case F12 -> Crowd.slow(random, crowd);
      case F13 -> HalfSaid.draw(random);
      case F14 -> StoppedProcess.draw(random);
      case F15 -> FewDescriptors.draw(random);
      case F16 -> FullDisk.draw(random);
      case F18 -> WrongClock.draw(random);
      case F21 -> KilledProxy.asked(random);
      case F23 -> IllIssuer.draw(random);
      case F24 -> IllNames.draw(random);
      case F26 -> Crowd.streaming(random, crowd);
    };
  }

  /// A fault and how long it is left to last.
  public record Step(Fault fault, Duration lasts) {}
}
