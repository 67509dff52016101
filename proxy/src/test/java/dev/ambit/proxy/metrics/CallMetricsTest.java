package dev.ambit.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.testing.Samples;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Calls are counted by closed lists of labels, so the number of series has a bound.
class CallMetricsTest {
  private static final String URL = "https://api.good.test/bare";

  private final Metrics metrics = new Metrics();
  private final CallMetrics calls = new CallMetrics(metrics, () -> 2_000_000);

  @Test
  void countsACallByTargetDecisionAndAnswer() {
    permit(1, "good");
    calls.ended(Samples.arrival(1, URL), completed(200, ""));
    permit(2, "good");
    calls.ended(Samples.arrival(2, URL), completed(502, "receive"));
    permit(3, "good");
    calls.ended(
        Samples.arrival(3, URL),
        new CallEnd.Failed(new Failure(Failure.Stage.RESOLVE, false, "no"), 502));
    calls.ended(
        Samples.arrival(4, URL), new CallEnd.Denied(Denial.of(Reason.NO_SESSION, null), 403));
    calls.refused(
        new CallId("01ARZ3NDEKTSV4RRFFQ69G5FCA"),
        Optional.empty(),
        "GET",
        Denial.of(Reason.MALFORMED, null),
        0);
    assertThat(metrics.scrape())
        .contains("ambit_calls_total{code_class=\"2xx\",decision=\"permit\",target=\"good\"} 1.0")
        .contains("ambit_calls_total{code_class=\"5xx\",decision=\"permit\",target=\"good\"} 2.0")
        .contains("ambit_calls_total{code_class=\"4xx\",decision=\"deny\",target=\"other\"} 1.0")
        .contains("ambit_calls_total{code_class=\"none\",decision=\"deny\",target=\"other\"} 1.0")
        .contains("ambit_denials_total{reason=\"no_session\"} 1.0")
        .contains("ambit_denials_total{reason=\"malformed\"} 1.0")
        .contains("ambit_upstream_errors_total{kind=\"receive\",target=\"good\"} 1.0")
        .contains("ambit_upstream_errors_total{kind=\"resolve\",target=\"good\"} 1.0")
        .contains("ambit_call_duration_seconds_bucket{target=\"good\",le=\"0.0025\"} 3")
        .contains("ambit_overhead_seconds_count{stage=\"scope\"} 3");
    assertThat(calls.calls()).isEqualTo(5);
    assertThat(calls.denials()).isEqualTo(2);
  }

  @Test
  void staysBelow400SeriesWhateverIsCalled() {
    for (var stage : new String[] {"scope", "credential", "admit", "total"}) {
      calls.overhead(stage, 1);
    }
    for (var i = 0; i < 100; i++) {
      permit(i, "target-" + i);
      calls.ended(Samples.arrival(i, URL), completed(200, ""));
    }
    for (var reason : Reason.values()) {
      calls.ended(Samples.arrival(1, URL), new CallEnd.Denied(Denial.of(reason, null), 403));
    }
    var series = metrics.scrape().lines().filter(line -> !line.startsWith("#")).count();
    assertThat(series).isLessThan(400);
  }

  private void permit(int number, String target) {
    calls.permitted(Samples.arrival(number, URL), Samples.session(Samples.ONE, 1), target, "bare");
  }

  private static CallEnd completed(int status, String failedStage) {
    return new CallEnd.Completed(
        CallEnd.Result.ANSWERED, status, status, 0, 0, failedStage, List.of());
  }
}
