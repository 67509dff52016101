package dev.ambit.proxy.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/// The registry of this process and the few shapes of meter it uses. Counters are plain fields of
/// the loop, read when somebody scrapes, which is done on the loop as well.
public final class Metrics {
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Name, Cell> cells = new HashMap<>();
  private final Map<Name, Timer> timers = new HashMap<>();

  /// Adds one to a counter, which is made when it is first needed.
  void count(String name, Tags tags) {
    var key = new Name(name, tags);
    var cell = cells.get(key);
    if (cell == null) {
      cell = new Cell();
      cells.put(key, cell);
      var _ =
          FunctionCounter.builder(name, cell, counted -> counted.value)
              .tags(tags)
              .register(registry);
    }
    cell.value++;
  }

  /// Adds a duration to a histogram, which is made when it is first needed.
  void time(String name, Tags tags, long nanos) {
    timers
        .computeIfAbsent(
            new Name(name, tags),
            _ -> Timer.builder(name).tags(tags).serviceLevelObjectives(BUCKETS).register(registry))
        .record(Math.max(0, nanos), TimeUnit.NANOSECONDS);
  }

  /// A value that is read when somebody scrapes.
  public void gauge(String name, DoubleSupplier value) {
    var _ = Gauge.builder(name, value::getAsDouble).strongReference(true).register(registry);
  }

  /// A total that is kept elsewhere.
  public void total(String name, DoubleSupplier value) {
    var cell = new Read(value);
    reads.put(name, cell);
    var _ = FunctionCounter.builder(name, cell, one -> one.value.getAsDouble()).register(registry);
  }

  /// A count of durations and their sum in nanoseconds, both kept elsewhere.
  public void timed(String name, DoubleSupplier count, DoubleSupplier nanos) {
    var cell = new Read(count);
    reads.put(name, cell);
    var _ =
        FunctionTimer.builder(
                name,
                cell,
                one -> (long) one.value.getAsDouble(),
                _ -> nanos.getAsDouble(),
                TimeUnit.NANOSECONDS)
            .register(registry);
  }

  /// A constant that says something by its labels.
  public void info(String name, String key, String value) {
    var _ = Gauge.builder(name, () -> 1).tags(key, value).register(registry);
  }

  /// Everything, as text for Prometheus.
  public String scrape() {
    return registry.scrape();
  }

  /// Series now, about: one for each counter and gauge, more for each histogram.
  public int meters() {
    return registry.getMeters().size();
  }

  /// Kept here because the registry holds what it reads by weak references only.
  private final Map<String, Read> reads = new HashMap<>();

  private record Name(String name, Tags tags) {}

  private record Read(DoubleSupplier value) {}

  /// One counter.
  private static final class Cell {
    private long value;
  }
}
