package dev.ambit.bench.decision;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.Scheme;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// What one decision costs: 100 grants, found last or not at all, and the canonicalisation before
/// it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecisionBenchmark {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String TARGET = "/v1/kind99/0123456789/parts/a%20b?page=2&sort=name";

  private final Rules rules = Rules.of(HundredGrants.envelope());
  private final Call granted = call("/v1/kind99/0123456789/parts/7");
  private final Call missed = call("/v1/kind100/0123456789/parts/7");

  /// The last of the grants permits.
  @Benchmark
  public Decision hit() {
    return rules.decide(granted, NOW);
  }

  /// No grant permits, and the nearest miss is told.
  @Benchmark
  public Decision miss() {
    return rules.decide(missed, NOW);
  }

  /// Raw bytes of a request target to the form that is judged.
  @Benchmark
  public Parsed<RequestTarget> canonicalise() {
    return RequestTarget.origin(TARGET);
  }

  private static Call call(String text) {
    var target = RequestTarget.origin(text).orThrow();
    var authority = Authority.parse(Scheme.HTTPS, HundredGrants.HOST).orThrow();
    return new Call(authority, "GET", target.path(), target.query());
  }
}
