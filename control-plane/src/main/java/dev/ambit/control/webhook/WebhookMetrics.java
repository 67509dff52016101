package dev.ambit.control.webhook;

import dev.ambit.resources.InjectionSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What the webhook counts; no label is chosen by a pod. Thread-safe.
final class WebhookMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Outcome, Counter> requests = new EnumMap<>(Outcome.class);
  private final Timer duration;

  /// How a question ended.
  enum Outcome {
    /// The pod is changed.
    INJECTED,
    /// The pod is as it should be already.
    UNCHANGED,
    /// The pod is not created.
    REFUSED,
    /// No question that is answered here.
    MALFORMED,
    /// What nobody planned.
    FAILED
  }

  /// @param expiry of the certificate that is shown; none: there is none yet
  WebhookMetrics(InjectionSettings injection, Supplier<Optional<Instant>> expiry) {
    for (var outcome : Outcome.values()) {
      requests.put(
          outcome,
          Counter.builder("ambit_injection_requests")
              .description("Pods that the API server asked about, by outcome.")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    duration =
        Timer.builder("ambit_injection_duration")
            .description("From the whole question to the answer.")
            .serviceLevelObjectives(
                Duration.ofMillis(1),
                Duration.ofMillis(5),
                Duration.ofMillis(25),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(2))
            .register(registry);
    // Micrometer has no such meter.
    Info.builder()
        .name("ambit_build_info")
        .help("What this program injects.")
        .labelNames("role", "version", "config")
        .register(registry.getPrometheusRegistry())
        .setLabelValues("webhook", injection.version(), injection.digest());
    TimeGauge.builder(
            "ambit_webhook_cert_expiry_timestamp",
            () -> expiry.get().map(Instant::getEpochSecond).orElse(0L),
            TimeUnit.SECONDS)
        .description("When the certificate that is shown ends; 0: there is none.")
        .strongReference(true)
        .register(registry);
  }

  void answered(Outcome outcome, long nanos) {
    Objects.requireNonNull(requests.get(outcome)).increment();
    duration.record(nanos, TimeUnit.NANOSECONDS);
  }

  /// A question that nobody could answer: how long that took says nothing.
  void failed() {
    Objects.requireNonNull(requests.get(Outcome.FAILED)).increment();
  }

  /// Everything, in the Prometheus text format.
  String scrape() {
    return registry.scrape();
  }
}
