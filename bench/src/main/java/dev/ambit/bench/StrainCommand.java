package dev.ambit.bench;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.Door;
import dev.ambit.bench.load.Holding;
import dev.ambit.bench.load.OpenLoop;
import dev.ambit.bench.load.Tally;
import dev.ambit.bench.report.Model;
import dev.ambit.bench.report.Page;
import dev.ambit.bench.report.Strain;
import dev.ambit.bench.report.Strain.Cut;
import dev.ambit.bench.report.Strain.Phase;
import dev.ambit.bench.subject.Ours;
import dev.ambit.bench.subject.Plane;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit bench strain`.
@Command(
    name = "strain",
    description = {
      "Strains one proxy by agents that do not read, by an upstream that does not answer and by one that lets nobody",
      "connect, and tells what that does to calls to another upstream (F11, F12) and to its memory; then ends its session",
      "while as many streams flow and tells what that costs (F26). Exit code 1 when the p99 of the others' calls grew by",
      "more than half. Takes about eight minutes."
    },
    footer = {"", "Examples:", "  ambit bench strain", "  ambit bench strain --calls 100 -o json"})
public final class StrainCommand implements Callable<Integer> {
  private static final int CALLS_MAX = 900;
  private static final int ROUNDS = 3;
  private static final int PER_SECOND = 200;
  private static final int AGENTS = 20;
  private static final double RATIO_MAX = 1.5;

  /// So long that one collection of the whole heap is no hundredth of the calls.
  private static final Duration SLICE = Duration.ofSeconds(24);

  private static final Duration ASKED_MAX = Duration.ofSeconds(30);
  private static final long ASKED_POLL_NANOS = 10_000_000;
  private static final Duration CUT_MAX = Duration.ofSeconds(30);
  private static final double P50 = 50;
  private static final double P99 = 99;

  private final Shell shell;
  private final Told told;

  @Option(
      names = "--calls",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many strain it at a time, 1 to 900 (default: ${DEFAULT-VALUE}).")
  int calls = 500;

  @Mixin ProfileOption launch = new ProfileOption();
  @Mixin PrintOptions print = new PrintOptions();

  public StrainCommand(Shell shell) {
    this.shell = shell;
    this.told = new Told(shell);
  }

  /// What strains the proxy.
  private enum By {
    NOTHING("nothing"),
    AGENTS("agents that read nothing more"),
    SILENCE("an upstream that does not answer"),
    HOLE("an upstream that lets nobody connect");

    private final String words;

    By(String words) {
      this.words = words;
    }
  }

  @Override
  public Integer call() throws IOException {
    if (calls < 1 || calls > CALLS_MAX) {
      throw new Failure(
          ExitCode.USAGE, "--calls: " + calls + " (expected: 1 to " + CALLS_MAX + ")");
    }
    try (var site = Site.open(shell, Site.outward());
        var _ = AtExit.of(site);
        var plane = Plane.start(site);
        var running = new Ours(site, plane, launch.profile, List.of()).start()) {
      var readings = new EnumMap<By, List<Reading>>(By.class);
      // The first round warms it up.
      for (var round = 0; round <= ROUNDS; round++) {
        for (var by : By.values()) {
          var reading = reading(site, running, by);
          if (round > 0) {
            readings.computeIfAbsent(by, _ -> new ArrayList<>()).add(reading);
          }
        }
      }
      var phases = phases(readings);
      var strain = new Strain(running.subject().name(), phases, cut(site, plane, running));
      new Printer(shell, print).print(() -> Model.of(strain), _ -> Page.of(strain));
      return (phases.stream().allMatch(phase -> phase.ratio() <= RATIO_MAX)
              ? ExitCode.OK
              : ExitCode.REFUSED)
          .number();
    }
  }

  private Reading reading(Site site, Running running, By by) throws IOException {
    var ask = Ask.get(Site.granted("items/7"));
    try (var load = new OpenLoop(site.loops(), running.door(), ask, PER_SECOND, AGENTS)) {
      load.open();
      var reading =
          switch (by) {
            case NOTHING -> measured(load, running);
            case AGENTS -> {
              try (var _ =
                  hold(site, ill(site, running), "bulk/8000000000", Holding.Manner.STALLED)) {
                yield measured(load, running);
              }
            }
            case SILENCE -> {
              var asked = site.illRequests() + calls;
              try (var _ = hold(site, ill(site, running), "late/600000", Holding.Manner.WAITING)) {
                awaitAsked(site, asked);
                yield measured(load, running);
              }
            }
            case HOLE -> {
              var door = Site.elsewhere(running.door(), site.holePort());
              try (var _ = hold(site, door, "items/7", Holding.Manner.WAITING)) {
                yield measured(load, running);
              }
            }
          };
      told.say(
          String.format(
              Locale.ROOT,
              "%s: p99 %.2f ms, %.0f MiB",
              by.words,
              reading.p99(),
              reading.residentMib()));
      return reading;
    }
  }

  /// The handshakes of so many new connections are no part of it.
  private static void awaitAsked(Site site, long asked) {
    var deadline = System.nanoTime() + ASKED_MAX.toNanos();
    while (site.illRequests() < asked) {
      if (System.nanoTime() - deadline > 0) {
        throw new Failure(
            ExitCode.REFUSED,
            "strain: " + site.illRequests() + " calls arrived (expected: " + asked + ")");
      }
      LockSupport.parkNanos(ASKED_POLL_NANOS);
    }
  }

  private static Door ill(Site site, Running running) {
    return Site.elsewhere(running.door(), site.illPort());
  }

  private Holding hold(Site site, Door door, String path, Holding.Manner manner) {
    return new Holding(site.loops(), door, Ask.get(Site.granted(path)), manner, calls).open();
  }

  private static Reading measured(OpenLoop load, Running running) throws IOException {
    var tally = load.run(Bound.of(SLICE));
    if (tally.failures() > 0) {
      throw new Failure(ExitCode.REFUSED, "strain: another's call failed: " + tally.firstFailure());
    }
    running.collect();
    return Reading.of(tally, running.memory().residentMib());
  }

  private Cut cut(Site site, Plane plane, Running running) throws IOException {
    var flowing = hold(site, running.door(), "events/50", Holding.Manner.READING);
    try (flowing) {
      var before = running.usage();
      var began = System.nanoTime();
      plane.closeSession();
      flowing.awaitEnd(CUT_MAX);
      var took = Duration.ofNanos(System.nanoTime() - began);
      return new Cut(calls, took, running.usage().secondsSince(before));
    }
  }

  private static List<Phase> phases(Map<By, List<Reading>> readings) {
    var alone = readings.getOrDefault(By.NOTHING, List.of());
    return readings.entrySet().stream()
        .map(entry -> {
          var own = entry.getValue();
          var ratios = new ArrayList<Double>();
          for (var round = 0; round < own.size(); round++) {
            ratios.add(own.get(round).p99() / alone.get(round).p99());
          }
          return new Phase(
              entry.getKey().words,
              middle(own.stream().map(Reading::p50).toList()),
              middle(own.stream().map(Reading::p99).toList()),
              middle(ratios),
              middle(own.stream().map(Reading::residentMib).toList()));
        })
        .toList();
  }

  private static double middle(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /// One slice.
  private record Reading(double p50, double p99, double residentMib) {
    static Reading of(Tally tally, double residentMib) {
      return new Reading(tally.millis(P50), tally.millis(P99), residentMib);
    }
  }
}
