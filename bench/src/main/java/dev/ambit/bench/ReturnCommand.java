package dev.ambit.bench;

import dev.ambit.bench.report.Model;
import dev.ambit.bench.report.Page;
import dev.ambit.bench.report.Return;
import dev.ambit.bench.subject.Fleet;
import dev.ambit.bench.subject.Plane;
import dev.ambit.bench.subject.Site;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit bench return`.
@Command(
    name = "return",
    description = {
      "Attaches many proxies to one control plane, kills that and starts it again, and tells how they came back (F01).",
      "Exit code 1 when more than 200 of them tried within one second. Takes about a minute."
    },
    footer = {
      "",
      "Examples:",
      "  ambit bench return",
      "  ambit bench return --proxies 300 -o json"
    })
public final class ReturnCommand implements Callable<Integer> {
  private static final int PROXIES_MAX = 1_500;
  private static final int COMING_PER_SECOND = 100;

  /// Until each of them was told how many they are: two heartbeats.
  private static final Duration SETTLED = Duration.ofSeconds(12);

  private static final Duration AWAY = Duration.ofSeconds(8);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Shell shell;
  private final Told told;

  @Option(
      names = "--proxies",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many, 1 to 1500 (default: ${DEFAULT-VALUE}).")
  int proxies = 1_000;

  @Mixin PrintOptions print = new PrintOptions();

  public ReturnCommand(Shell shell) {
    this.shell = shell;
    this.told = new Told(shell);
  }

  @Override
  public Integer call() throws IOException {
    if (proxies < 1 || proxies > PROXIES_MAX) {
      throw new Failure(
          ExitCode.USAGE, "--proxies: " + proxies + " (expected: 1 to " + PROXIES_MAX + ")");
    }
    try (var site = Site.open(shell, Site.outward());
        var _ = AtExit.of(site);
        var plane = Plane.start(site, 1);
        var fleet = new Fleet(plane, plane.crowdSocket(0), proxies)) {
      fleet.come(COMING_PER_SECOND, PATIENCE);
      told.say(proxies + " proxies are attached");
      pause(SETTLED);
      var killed = System.nanoTime();
      plane.killControlPlane();
      told.say("the control plane is killed, for " + AWAY.toSeconds() + " s");
      pause(AWAY);
      plane.restartControlPlane();
      var there = System.nanoTime();
      told.say("it is there again");
      fleet.awaitAttached(2 * proxies, PATIENCE);
      var back =
          new Return(
              proxies,
              Duration.ofNanos(there - killed),
              Duration.ofNanos(System.nanoTime() - there),
              fleet.attemptsSince(killed));
      new Printer(shell, print).print(() -> Model.of(back), _ -> Page.of(back));
      return (back.spread() ? ExitCode.OK : ExitCode.REFUSED).number();
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, "return: interrupted", interrupted);
    }
  }
}
