package dev.ambit.bench;

import dev.ambit.bench.report.Model;
import dev.ambit.bench.report.Page;
import dev.ambit.bench.report.Soak;
import dev.ambit.bench.report.Soak.Reading;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit bench soak`.
@Command(
    name = "soak",
    description = {
      "Lets one proxy serve very many requests (of a hundred 96 on kept connections, 2 uploads, 1 on a new connection, 1",
      "refused) and tells what memory it holds after each fortieth of them, its garbage collected. Exit code 1 when the",
      "last quarter held more than 4 MiB over the second. Ten million take about half an hour, and some GiB of audit",
      "records for that time."
    },
    footer = {
      "",
      "Examples:",
      "  ambit bench soak",
      "  ambit bench soak --requests 400000 --profile small -o json"
    })
public final class SoakCommand implements Callable<Integer> {
  private static final int PARTS = 40;
  private static final int PERCENT = 100;
  private static final long REQUESTS_MIN = PARTS * PERCENT;
  private static final long REQUESTS_MAX = 1_000_000_000;

  /// Of a hundred requests.
  private static final Map<Scenario, Integer> MIX =
      Map.of(Scenario.KEEP_ALIVE, 96, Scenario.POST, 2, Scenario.FRESH, 1, Scenario.DENIED, 1);

  private final Shell shell;
  private final Told told;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "10000000",
      description = "How many in all, 4000 to 1000000000 (default: ${DEFAULT-VALUE}).")
  long requests = 10_000_000;

  @Mixin ProfileOption launch = new ProfileOption();
  @Mixin PrintOptions print = new PrintOptions();

  public SoakCommand(Shell shell) {
    this.shell = shell;
    this.told = new Told(shell);
  }

  @Override
  public Integer call() throws IOException {
    if (requests < REQUESTS_MIN || requests > REQUESTS_MAX) {
      throw new Failure(
          ExitCode.USAGE,
          "--requests: " + requests + " (expected: " + REQUESTS_MIN + " to " + REQUESTS_MAX + ")");
    }
    try (var site = Site.open(shell, Site.outward());
        var _ = AtExit.of(site);
        var plane = Plane.start(site);
        var running = new Ours(site, plane, launch.profile, List.of()).start()) {
      var soak = soak(site, running);
      new Printer(shell, print).print(() -> Model.of(soak), _ -> Page.of(soak));
      return (soak.flat() ? ExitCode.OK : ExitCode.REFUSED).number();
    }
  }

  private Soak soak(Site site, Running running) throws IOException {
    var rounds = new Rounds(site, Map.of(), false, _ -> {});
    var readings = new ArrayList<Reading>();
    for (var part = 1; part <= PARTS; part++) {
      for (var share : MIX.entrySet()) {
        rounds.serve(share.getKey(), running.door(), requests / PARTS * share.getValue() / PERCENT);
      }
      var served = requests / PARTS * part;
      // What the old generation has not been rid of for a million requests is no growth: it is
      // bounded by the heap, and would hide one.
      running.collect();
      var held = new Reading(served, running.memory().residentMib(), running.descriptors());
      readings.add(held);
      told.say(
          String.format(
              Locale.ROOT,
              "%,d requests, %.0f MiB, %d descriptors",
              served,
              held.residentMib(),
              held.descriptors()));
    }
    return new Soak(running.subject().name(), readings);
  }
}
