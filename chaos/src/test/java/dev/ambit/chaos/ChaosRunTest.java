package dev.ambit.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.chaos.fault.Family;
import dev.ambit.chaos.judge.Finding;
import dev.ambit.chaos.report.Results;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A minute of faults, the same ones each time; `./ambit chaos --seed S --minutes N` takes longer.
class ChaosRunTest {
  private static final List<Family> SHORT =
      List.of(
          Family.F01,
          Family.F04,
          Family.F05,
          Family.F07,
          Family.F09,
          Family.F16,
          Family.F18,
          Family.F21);

  @Test
  void theInvariantsHoldThroughAMinuteOfFaults() throws Exception {
    var said = new StringBuilder();
    var run =
        new ChaosRun(
            new ChaosRun.Wish(1, Duration.ofSeconds(60), SHORT, 0),
            line -> said.append(line).append('\n'));
    var results = run.run();
    assertThat(results.findings()).as(told(results) + "\n" + said).isEmpty();
    // Of a run in which nothing happened the judge would say the same.
    assertThat(results.disturbances()).as(said.toString()).hasSizeGreaterThan(2);
    assertThat(results.served()).as(said.toString()).isGreaterThan(100);
    assertThat(results.kept()).isEmpty();
  }

  private static String told(Results results) {
    return "logs in "
        + results.kept()
        + results.findings().stream()
            .map(Finding::sentence)
            .collect(Collectors.joining("\n", "\n", ""));
  }
}
