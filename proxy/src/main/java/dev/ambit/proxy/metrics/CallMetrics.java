package dev.ambit.proxy.metrics;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Session;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// Counts calls by target, decision and kind of answer. A target is a declared name, and of many
/// only the first few get series of their own: the number of series is bounded. Confined to the
/// loop.
public final class CallMetrics implements CallLog {
  /// Targets with series of their own.
  static final int TARGETS_MAX = 12;

  private static final String OTHER = "other";

  private final Metrics metrics;
  private final LongSupplier nanoTime;
  private final Set<String> named = new HashSet<>();
  private final Map<CallId, String> permitted = new HashMap<>();
  private long calls;
  private long denials;

  public CallMetrics(Metrics metrics, LongSupplier nanoTime) {
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  @Override
  public void permitted(Arrival arrival, Session session, String target, String grant) {
    permitted.put(arrival.id(), target);
    overhead("scope", nanoTime.getAsLong() - arrival.startedNanos());
  }

  @Override
  public void ended(Arrival arrival, CallEnd end) {
    var judged = permitted.remove(arrival.id());
    var target = label(judged == null ? "" : judged);
    switch (end) {
      case CallEnd.Denied(var denial, var status) -> denied(label(denial.target()), denial, status);
      case CallEnd.Failed(var failure, var status) -> {
        failed(target, failure.stage().code());
        counted(target, "permit", status);
      }
      case CallEnd.Broken(var status) -> counted(target, "internal", status);
      case CallEnd.Completed done -> {
        if (!done.failedStage().isEmpty()) {
          failed(target, done.failedStage());
        }
        counted(target, "permit", done.status());
      }
      case CallEnd.Closed closed -> {
        if (!closed.failedStage().isEmpty()) {
          failed(target, closed.failedStage());
        }
        counted(target, "permit", closed.status());
      }
    }
    metrics.time(
        "ambit.call.duration",
        Tags.of("target", target),
        nanoTime.getAsLong() - arrival.startedNanos());
  }

  @Override
  public void refused(
      CallId id, Optional<Authority> authority, String method, Denial denial, int status) {
    denied(label(denial.target()), denial, status);
  }

  /// The proxy's own share of a call's time, by stage.
  public void overhead(String stage, long nanos) {
    metrics.time("ambit.overhead", Tags.of("stage", stage), nanos);
  }

  /// Calls judged since the boot.
  public long calls() {
    return calls;
  }

  /// Calls denied since the boot.
  public long denials() {
    return denials;
  }

  private void denied(String target, Denial denial, int status) {
    denials++;
    metrics.count("ambit.denials", Tags.of("reason", denial.reason().code()));
    counted(target, "deny", status);
  }

  private void failed(String target, String stage) {
    metrics.count("ambit.upstream.errors", Tags.of("target", target, "kind", stage));
  }

  private void counted(String target, String decision, int status) {
    calls++;
    var codeClass = status < 100 || status > 599 ? "none" : status / 100 + "xx";
    metrics.count(
        "ambit.calls", Tags.of("target", target, "decision", decision, "code_class", codeClass));
  }

  private String label(String target) {
    if (target.isEmpty() || (named.size() >= TARGETS_MAX && !named.contains(target))) {
      return OTHER;
    }
    named.add(target);
    return target;
  }
}
