package dev.ambit.bench;

import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.Door;
import dev.ambit.bench.load.Tally;
import dev.ambit.bench.measure.Steal;
import dev.ambit.bench.measure.Usage;
import dev.ambit.bench.report.Sample;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.bench.subject.Subject.Http2;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The timed part: in every round each scenario visits every subject, forwards and backwards by
/// turns, so that what drifts on the machine falls on all of them alike.
final class Rounds {
  /// The arm without a proxy.
  static final String DIRECT = "no proxy";

  private static final double STEAL_MAX = 0.02;

  private final Site site;
  private final Map<String, Running> subjects;
  private final boolean quick;
  private final Consumer<String> progress;
  private final Visits visits = new Visits();

  Rounds(Site site, Map<String, Running> subjects, boolean quick, Consumer<String> progress) {
    this.site = site;
    this.subjects = subjects;
    this.quick = quick;
    this.progress = progress;
  }

  List<Sample> run(Set<Scenario> scenarios, int rounds) throws IOException {
    var samples = new ArrayList<Sample>();
    for (var round = 1; round <= rounds; round++) {
      for (var scenario : scenarios) {
        progress.accept("round " + round + " of " + rounds + ": " + scenario.title());
        for (var name : order(scenario, round)) {
          samples.add(slice(scenario, name, round));
        }
      }
    }
    return samples;
  }

  private List<String> order(Scenario scenario, int round) {
    var names = new ArrayList<>(subjects.keySet());
    if (scenario.quoted()) {
      names.addFirst(DIRECT);
    }
    names.removeIf(name -> !fits(scenario, subjects.get(name)));
    if (round % 2 == 0) {
      Collections.reverse(names);
    }
    return names;
  }

  private Sample slice(Scenario scenario, String name, int round) throws IOException {
    var subject = subjects.get(name);
    var door = subject == null ? site.direct() : subject.door();
    visits.await(scenario, door);
    try (var load = scenario.load(site, door)) {
      load.open();
      var stealBefore = Steal.now();
      var before = usage(subject);
      var tally = load.run(scenario.slice(quick));
      var seconds = usage(subject).secondsSince(before);
      visits.ended(scenario, door);
      check(scenario, name, tally);
      return new Sample(
          scenario.word(),
          name,
          round,
          subject == null ? Double.NaN : seconds * 1_000 / tally.units(),
          tally.millis(50),
          tally.millis(99),
          subject == null ? Double.NaN : subject.memory().residentMib(),
          tally.units(),
          Steal.now().shareSince(stealBefore) > STEAL_MAX);
    }
  }

  /// Whether a subject can be used so.
  static boolean fits(Scenario scenario, @Nullable Running subject) {
    if (subject == null) {
      return true;
    }
    return switch (scenario) {
      case DENIED -> subject.subject().keepsRefused();
      case ECHO -> subject.subject().opensWebSockets();
      case H2_1, H2_10, H2_100, GRPC -> subject.subject().http2() != Http2.NOT;
      default -> true;
    };
  }

  private static Usage usage(@Nullable Running subject) throws IOException {
    return subject == null ? new Usage(0) : subject.usage();
  }

  /// Uses a subject without a figure, so often or for three minutes.
  ///
  /// @return how often
  long warm(Scenario scenario, Door door, long units) {
    visits.await(scenario, door);
    try (var load = scenario.load(site, door)) {
      load.open();
      var tally = load.run(Bound.of(units));
      visits.ended(scenario, door);
      check(scenario, "warm-up", tally);
      return tally.units();
    }
  }

  /// Uses a subject so often, however long it takes.
  void serve(Scenario scenario, Door door, long units) {
    for (var left = units; left > 0; ) {
      left -= warm(scenario, door, left);
    }
  }

  private static void check(Scenario scenario, String name, Tally tally) {
    if (tally.failures() > 0 || tally.units() == 0) {
      throw new Failure(
          ExitCode.REFUSED,
          name
              + ": "
              + scenario.word()
              + ": "
              + tally.failures()
              + " failed of "
              + (tally.units() + tally.failures())
              + ", the first with: "
              + tally.firstFailure()
              + " (expected: none)");
    }
  }
}
