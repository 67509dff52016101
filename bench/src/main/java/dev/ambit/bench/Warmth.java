package dev.ambit.bench;

import dev.ambit.bench.subject.Ours;
import dev.ambit.bench.subject.Running;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// Brings a subject to where its figures no longer fall: so many units of each scenario that will
/// be timed, and for ours as often again as it takes until its just-in-time compilers rest. For the
/// others a tenth does.
final class Warmth {
  private static final Map<Scenario, Long> UNITS =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(Scenario.KEEP_ALIVE, 60_000L),
              Map.entry(Scenario.POST, 8_000L),
              Map.entry(Scenario.FRESH, 8_000L),
              Map.entry(Scenario.SERIAL, 2_000L),
              Map.entry(Scenario.RATE_1000, 1_000L),
              Map.entry(Scenario.BULK, 32L),
              Map.entry(Scenario.DENIED, 10_000L),
              Map.entry(Scenario.ECHO, 20_000L),
              Map.entry(Scenario.H2_1, 2_000L),
              Map.entry(Scenario.H2_10, 20_000L),
              Map.entry(Scenario.H2_100, 40_000L),
              Map.entry(Scenario.GRPC, 10_000L),
              Map.entry(Scenario.VISIT, (long) Scenario.VISITS)));
  private static final int FEWER = 10;
  private static final int PASSES_MAX = 4;

  /// What compilers may still take in a whole pass.
  private static final double COMPILED_SECONDS = 1;

  private final Rounds rounds;
  private final boolean quick;

  Warmth(Rounds rounds, boolean quick) {
    this.rounds = rounds;
    this.quick = quick;
  }

  void give(Running running, Set<Scenario> scenarios) throws IOException {
    var compiled = running.compilation();
    pass(running, scenarios);
    for (var again = 1; again < PASSES_MAX && !quick; again++) {
      var now = running.compilation();
      if (now - compiled < COMPILED_SECONDS) {
        return;
      }
      compiled = now;
      pass(running, scenarios);
    }
  }

  private void pass(Running running, Set<Scenario> scenarios) {
    var divisor = (running.subject() instanceof Ours ? 1 : FEWER) * (quick ? FEWER : 1);
    for (var scenario : scenarios) {
      var units = UNITS.getOrDefault(scenario, 0L) / divisor;
      if (units > 0 && Rounds.fits(scenario, running)) {
        rounds.warm(scenario, running.door(), units);
      }
    }
  }
}
