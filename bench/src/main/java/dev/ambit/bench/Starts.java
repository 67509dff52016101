package dev.ambit.bench;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.measure.Usage;
import dev.ambit.bench.report.Footprint;
import dev.ambit.bench.report.Start;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.bench.subject.Subject;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a subject costs before it is warm, and what it holds: on processes of their own.
final class Starts {
  private static final int[] COLD = {10, 100, 1_000};
  private static final int IDLE_CALLS = 200;
  private static final int REST_SECONDS = 3;
  private static final int SIDECARS = 10;

  private final Site site;

  Starts(Site site) {
    this.site = site;
  }

  /// Starts it several times, and follows the last one through its first thousand calls.
  Start cold(Subject subject, int times) throws IOException {
    var ready = new ArrayList<Double>();
    for (var i = 1; i < times; i++) {
      try (var running = subject.start()) {
        ready.add((double) running.ready().toMillis());
      }
    }
    try (var running = subject.start()) {
      ready.add((double) running.ready().toMillis());
      var cold = new ArrayList<Double>();
      var nothing = new Usage(0);
      var first = running.usage();
      cold.add(first.secondsSince(nothing));
      try (var load = new ClosedLoop(site.loops(), running.door(), Scenario.item(), 1, 1)) {
        load.open();
        var done = 1;
        for (var calls : COLD) {
          ask(subject, load, calls - done);
          done = calls;
          cold.add(running.usage().secondsSince(first));
        }
      }
      return new Start(subject.name(), ready, cold);
    }
  }

  /// RSS at rest and with many connections; PSS of ten at once where that is asked for.
  Footprint footprint(Subject subject, boolean ten) throws IOException {
    try (var running = subject.start()) {
      use(subject, running);
      var idle = running.memory();
      var hundred = connected(subject, running, 100);
      var thousand = connected(subject, running, 1_000);
      return new Footprint(
          subject.name(),
          idle.residentMib(),
          idle.privateDirtyMib(),
          hundred,
          thousand,
          ten ? sidecars(subject) : Double.NaN);
    }
  }

  private double connected(Subject subject, Running running, int connections) throws IOException {
    try (var load = new ClosedLoop(site.loops(), running.door(), Scenario.item(), connections, 1)) {
      load.open();
      // Every connection wants its answer at the same time, twice.
      ask(subject, load, connections);
      ask(subject, load, connections);
      return running.memory().residentMib();
    }
  }

  private double sidecars(Subject subject) throws IOException {
    var all = new ArrayList<Running>();
    try {
      for (var i = 0; i < SIDECARS; i++) {
        all.add(subject.start());
      }
      for (var running : all) {
        calls(subject, running);
      }
      rest();
      return mean(all);
    } finally {
      all.forEach(Running::close);
    }
  }

  private static double mean(List<Running> all) throws IOException {
    var sum = 0.0;
    for (var running : all) {
      sum += running.memory().proportionalMib();
    }
    return sum / all.size();
  }

  private void use(Subject subject, Running running) {
    calls(subject, running);
    rest();
  }

  private void calls(Subject subject, Running running) {
    try (var load =
        new ClosedLoop(site.loops(), running.door(), Ask.get(Site.granted("items/200")), 1, 1)) {
      load.open();
      ask(subject, load, IDLE_CALLS);
    }
  }

  private static void rest() {
    try {
      TimeUnit.SECONDS.sleep(REST_SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, "interrupted", interrupted);
    }
  }

  private static void ask(Subject subject, ClosedLoop load, int calls) {
    var tally = load.run(Bound.of(calls));
    if (tally.failures() > 0) {
      throw new Failure(
          ExitCode.REFUSED,
          subject.name() + ": " + tally.failures() + " calls failed: " + tally.firstFailure());
    }
  }
}
