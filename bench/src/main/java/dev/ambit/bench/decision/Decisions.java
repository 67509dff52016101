package dev.ambit.bench.decision;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs [DecisionBenchmark] in a Java of its own.
public final class Decisions {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private Decisions() {}

  /// One operation of the engine.
  ///
  /// @param nanos of one call, mean
  /// @param spread half of the 99.9 % interval
  /// @param bytes allocated by one call
  public record Cost(String name, double nanos, double spread, double bytes) {}

  public static List<Cost> measure(boolean quick) {
    var options =
        new OptionsBuilder()
            .include(DecisionBenchmark.class.getName())
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.milliseconds(quick ? 300 : 1_000))
            .measurementIterations(5)
            .measurementTime(TimeValue.milliseconds(quick ? 300 : 1_000))
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .build();
    try {
      return costs(new Runner(options).run());
    } catch (RunnerException failed) {
      throw new Failure(ExitCode.INTERNAL, "decision: " + failed.getMessage(), failed);
    }
  }

  private static List<Cost> costs(Collection<RunResult> results) {
    return results.stream().map(Decisions::cost).toList();
  }

  private static Cost cost(RunResult result) {
    var time = result.getPrimaryResult();
    var allocated = result.getSecondaryResults().get(ALLOCATED);
    return new Cost(
        time.getLabel(),
        time.getScore(),
        time.getScoreError(),
        allocated == null ? Double.NaN : allocated.getScore());
  }
}
