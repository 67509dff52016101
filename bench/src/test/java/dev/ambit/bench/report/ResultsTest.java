package dev.ambit.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.bench.report.Results.Column;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/// Ratios are taken within a round, and what the hypervisor disturbed does not count.
class ResultsTest {
  private static final Column SERIAL =
      new Column("serial", "one by one", "request", "HTTP/1.1", false);
  private static final Column RATE = new Column("rate", "1,000/s", "request", "HTTP/2", true);

  @Test
  void comparesWithinARoundSoThatDriftCancels() {
    var results =
        results(
            sample("serial", "nginx", 1, 1.0, false),
            sample("serial", "ambit", 1, 2.0, false),
            sample("serial", "nginx", 2, 10.0, false),
            sample("serial", "ambit", 2, 20.0, false));
    assertThat(results.ratio(SERIAL, "ambit").low()).isEqualTo(2.0);
    assertThat(results.ratio(SERIAL, "ambit").high()).isEqualTo(2.0);
  }

  @Test
  void leavesAPairOutOfWhichTheHypervisorTookTooMuch() {
    var results =
        results(
            sample("serial", "nginx", 1, 1.0, false),
            sample("serial", "ambit", 1, 2.0, false),
            sample("serial", "nginx", 2, 1.0, true),
            sample("serial", "ambit", 2, 9.0, false));
    assertThat(results.ratio(SERIAL, "ambit").count()).isEqualTo(1);
    assertThat(results.ratio(SERIAL, "ambit").median()).isEqualTo(2.0);
  }

  @Test
  void tellsWhatAProxyAddsToALatency() {
    var results =
        results(
            new Sample("rate", "no proxy", 1, Double.NaN, 0.2, 1, Double.NaN, 9, false),
            new Sample("rate", "ambit", 1, 0.1, 0.5, 3, 80, 9, false));
    assertThat(results.added(RATE, "ambit", Sample::p50).median())
        .isCloseTo(0.3, org.assertj.core.data.Offset.offset(1e-9));
  }

  @Test
  void holdsEveryFigureOfAScenarioForMachines() {
    var model = Model.of(results(sample("serial", "nginx", 1, 1.0, false)));
    assertThat((List<?>) model.get("scenarios"))
        .anySatisfy(scenario ->
            assertThat(scenario)
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("scenario", "serial")
                .containsEntry("subject", "nginx")
                .containsEntry("cpuSecondsPer1000", 1.0)
                .containsEntry("ratio", 1.0)
                .containsEntry("p50Millis", 2.0)
                .containsEntry("p99Millis", 3.0)
                .containsEntry("rssMib", 4.0));
  }

  @Test
  void printsATableForEveryPartThatWasMeasured() {
    var page = Page.tables(results(sample("serial", "nginx", 1, 1.0, false)));
    assertThat(page).contains("## Processor time").contains("| nginx | 1.0000 |");
    assertThat(page).doesNotContain("## Memory");
  }

  @Test
  void givesWhatIsSpokenATableOfItsOwn() {
    var page =
        Page.tables(
            results(
                sample("serial", "nginx", 1, 1.0, false), sample("rate", "nginx", 1, 2.0, false)));
    assertThat(page)
        .contains("| HTTP/1.1 | one by one |", "| nginx | 1.0000 |")
        .contains("| HTTP/2 | 1,000/s |", "| nginx | 2.0000 |")
        .contains("| ms | 1,000/s p50 | 1,000/s p99 |");
  }

  private static Sample sample(
      String scenario, String subject, int round, double cpu, boolean stolen) {
    return new Sample(scenario, subject, round, cpu, 2, 3, 4, 1, stolen);
  }

  private static Results results(Sample... samples) {
    return new Results(
        "a machine",
        "nginx",
        "no proxy",
        2,
        List.of(SERIAL, RATE),
        List.of("nginx", "ambit"),
        List.of(samples),
        List.of(),
        List.of(),
        List.of());
  }
}
