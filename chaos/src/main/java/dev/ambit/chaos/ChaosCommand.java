package dev.ambit.chaos;

import dev.ambit.chaos.fault.Family;
import dev.ambit.chaos.report.Model;
import dev.ambit.chaos.report.Page;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `ambit chaos`.
@Command(
    name = "ambit chaos",
    description = {
      "Runs control plane, two proxies, OAuth server and upstream as processes on this machine, lets agents work in",
      "sessions that open and close all the time, and makes one fault after another, all drawn from the seed. A judge",
      "outside joins what agents, upstream, issuer and audit store wrote down, and says which of the invariants I1 to",
      "I6 did not hold. What it does is told on stderr. The end takes up to three minutes more."
    },
    footer = {
      "",
      "Examples:",
      "  ambit chaos --seed 1 --minutes 10",
      "  ambit chaos --seed 7 --minutes 3 --fault F01,F04,F05",
      "  ambit chaos --seed 7 --minutes 3 --fault F26 --crowd 240",
      "  ambit chaos --seed 1 --minutes 10 -o json > run.json"
    })
public final class ChaosCommand implements Callable<Integer> {
  private static final int MINUTES_MAX = 1_440;

  /// A workload has at most 256 sessions, and the others are there, too.
  private static final int CROWD_MAX = 240;

  private final Shell shell;
  private final long began = System.nanoTime();

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seed",
      paramLabel = "S",
      required = true,
      description = "Decides the faults, their order and length, and what agents do.")
  long seed;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      required = true,
      description = "For how long there are faults: 1 to 1440.")
  int minutes;

  @Option(
      names = "--fault",
      split = ",",
      paramLabel = "ID",
      description = "Only these: ${COMPLETION-CANDIDATES}. Without it all.")
  List<Family> families = new ArrayList<>();

  @Option(
      names = "--crowd",
      paramLabel = "N",
      description = "Sessions at once in F12 and F26: 1 to 240; 0: as the seed draws, 40 to 120.")
  int crowd;

  @Mixin PrintOptions print = new PrintOptions();

  public ChaosCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (minutes < 1 || minutes > MINUTES_MAX) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--minutes: " + minutes + " (expected: 1 to " + MINUTES_MAX + ")");
    }
    if (crowd < 0 || crowd > CROWD_MAX) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--crowd: " + crowd + " (expected: 0 to " + CROWD_MAX + ")");
    }
    var wanted = families.isEmpty() ? List.of(Family.values()) : families;
    try {
      var results =
          new ChaosRun(
                  new ChaosRun.Wish(seed, Duration.ofMinutes(minutes), wanted, crowd), this::say)
              .run();
      new Printer(shell, print).print(() -> Model.of(results), style -> Page.of(results, style));
      return results.held() ? ExitCode.OK.number() : ExitCode.REFUSED.number();
    } catch (IOException failed) {
      throw new Failure(ExitCode.REFUSED, "chaos: " + failed.getMessage(), failed);
    }
  }

  private void say(String what) {
    shell
        .err()
        .printf(
            Locale.ROOT, "chaos %5d s  %s%n", (System.nanoTime() - began) / 1_000_000_000L, what);
    shell.err().flush();
  }
}
