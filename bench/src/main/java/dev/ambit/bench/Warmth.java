package dev.ambit.bench;

import dev.ambit.bench.subject.Running;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// Brings a subject to where its figures no longer fall: so many units of each scenario that will
/// be timed. What a just-in-time compiler needs; for the others a tenth does.
final class Warmth {
  private static final Map<Scenario, Long> UNITS =
      new EnumMap<>(
          Map.of(
              Scenario.KEEP_ALIVE, 60_000L,
              Scenario.POST, 8_000L,
              Scenario.FRESH, 8_000L,
              Scenario.SERIAL, 2_000L,
              Scenario.RATE_1000, 1_000L,
              Scenario.BULK, 32L,
              Scenario.DENIED, 10_000L));
  private static final int FEWER = 10;

  private final Rounds rounds;
  private final boolean quick;

  Warmth(Rounds rounds, boolean quick) {
    this.rounds = rounds;
    this.quick = quick;
  }

  void give(String name, Running running, Set<Scenario> scenarios) {
    var divisor = (name.startsWith("ambit") ? 1 : FEWER) * (quick ? FEWER : 1);
    for (var scenario : scenarios) {
      var units = UNITS.getOrDefault(scenario, 0L) / divisor;
      if (units > 0 && Rounds.fits(scenario, running)) {
        rounds.warm(scenario, running.door(), units);
      }
    }
  }
}
