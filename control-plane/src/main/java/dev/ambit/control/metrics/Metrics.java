package dev.ambit.control.metrics;

import dev.ambit.control.session.SessionState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// What the control plane counts; no label is chosen by a peer. Thread-safe.
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<SessionState, Long> sessions = new ConcurrentHashMap<>();
  // The registry itself holds what it asks only weakly.
  private final List<LongSupplier> suppliers = new CopyOnWriteArrayList<>();
  private final Counter closures;
  private final Timer pushLag;

  public Metrics() {
    for (var state : SessionState.values()) {
      if (state != SessionState.CLOSED) {
        gauge(
            "ambit_sessions",
            "Sessions by state.",
            Tags.of("state", state.name().toLowerCase(Locale.ROOT)),
            () -> Math.toIntExact(sessions.getOrDefault(state, 0L)));
      }
    }
    closures =
        Counter.builder("ambit_closures")
            .description("Sessions that reached CLOSED.")
            .register(registry);
    pushLag =
        Timer.builder("ambit_push_lag")
            .description("From the commit of a change to the streams of its proxies.")
            .publishPercentiles(0.5, 0.99)
            .register(registry);
  }

  /// 1 while the folder of resources holds a broken set.
  public void stale(BooleanSupplier stale) {
    gauge(
        "ambit_resources_stale",
        "1 while the folder of resources holds a broken set.",
        Tags.empty(),
        () -> stale.getAsBoolean() ? 1 : 0);
  }

  /// Sessions that are CLOSING for too long.
  public void overdue(IntSupplier overdue) {
    gauge(
        "ambit_closures_overdue",
        "Sessions that are CLOSING for longer than their providers should need.",
        Tags.empty(),
        overdue);
  }

  /// Issuers that failed again and again and are not asked for new credentials now.
  public void issuersSpared(IntSupplier spared) {
    gauge(
        "ambit_issuers_spared",
        "Issuers that failed again and again and are not asked for new credentials now.",
        Tags.empty(),
        spared);
  }

  /// Stretches of audit chains that were refused.
  public void chainsBroken(LongSupplier broken) {
    counter(
        "ambit_audit_chains_broken",
        "Stretches of audit chains refused: a gap, a wrong hash, another's chain.",
        broken);
  }

  /// Second processes of a proxy that attached beside a living one, and were refused.
  public void proxiesDoubled(LongSupplier doubles) {
    counter(
        "ambit_proxies_doubled",
        "Attachments refused: another process of the same proxy was heard a moment ago.",
        doubles);
  }

  /// Proxies that have a stream.
  public void attached(IntSupplier attached) {
    gauge("ambit_proxies_attached", "Proxies with a stream.", Tags.empty(), attached);
  }

  /// Takes the counts of sessions by state; closures are counted by their growth.
  public void sessions(Map<SessionState, Long> counts) {
    var closed = counts.getOrDefault(SessionState.CLOSED, 0L);
    var before = sessions.put(SessionState.CLOSED, closed);
    if (before != null && closed > before) {
      closures.increment((double) (closed - before));
    }
    for (var state : SessionState.values()) {
      sessions.put(state, counts.getOrDefault(state, 0L));
    }
  }

  /// A change reached the streams.
  public void pushed(long lagNanos) {
    pushLag.record(lagNanos, TimeUnit.NANOSECONDS);
  }

  /// Everything, in the Prometheus text format.
  public String scrape() {
    return registry.scrape();
  }

  private void counter(String name, String description, LongSupplier value) {
    FunctionCounter.builder(name, value, LongSupplier::getAsLong)
        .description(description)
        .register(registry);
    suppliers.add(value);
  }

  private void gauge(String name, String description, Tags tags, IntSupplier value) {
    Gauge.builder(name, value, IntSupplier::getAsInt)
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }
}
