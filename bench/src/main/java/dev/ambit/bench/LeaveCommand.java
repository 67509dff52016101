package dev.ambit.bench;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Door;
import dev.ambit.bench.load.Holding;
import dev.ambit.bench.measure.Usage;
import dev.ambit.bench.report.Leave;
import dev.ambit.bench.report.Model;
import dev.ambit.bench.report.Page;
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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit bench leave`.
@Command(
    name = "leave",
    description = {
      "Opens many sessions, lets each follow a stream of events, ends all of them at once and tells how long the last",
      "stream went on and what it cost (F26). Exit code 1 when the proxies needed two seconds of processor time or",
      "more. Takes about four minutes."
    },
    footer = {"", "Examples:", "  ambit bench leave", "  ambit bench leave --sessions 100 -o json"})
public final class LeaveCommand implements Callable<Integer> {
  /// What a proxy bears of one workload is 256.
  private static final int SESSIONS_EACH = 250;

  private static final int SESSIONS_MAX = 2_000;
  private static final int CLOSED_AT_A_TIME = 32;
  private static final Duration CUT_MAX = Duration.ofSeconds(60);

  private final Shell shell;
  private final Told told;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many, 1 to 2000; 250 share a proxy (default: ${DEFAULT-VALUE}).")
  int sessions = 1_000;

  @Mixin ProfileOption launch = new ProfileOption();
  @Mixin PrintOptions print = new PrintOptions();

  public LeaveCommand(Shell shell) {
    this.shell = shell;
    this.told = new Told(shell);
  }

  @Override
  public Integer call() throws IOException {
    if (sessions < 1 || sessions > SESSIONS_MAX) {
      throw new Failure(
          ExitCode.USAGE, "--sessions: " + sessions + " (expected: 1 to " + SESSIONS_MAX + ")");
    }
    var proxies = Math.ceilDiv(sessions, SESSIONS_EACH);
    try (var site = Site.open(shell, Site.outward());
        var _ = AtExit.of(site);
        var plane = Plane.start(site, proxies)) {
      var opened = new ArrayList<Plane.Opened>();
      var running = new ArrayList<Running>();
      var streams = new ArrayList<Holding>();
      for (var crowd = 0; crowd < proxies; crowd++) {
        var count = Math.min(SESSIONS_EACH, sessions - opened.size());
        var own = plane.openCrowd(crowd, count);
        var whose = new Ours.Whose(plane.crowdSocket(crowd), own.getFirst().handle());
        var proxy = new Ours(site, plane, whose, launch.profile, List.of()).start();
        streams.add(streams(site, proxy.door(), own));
        opened.addAll(own);
        running.add(proxy);
        told.say(opened.size() + " sessions stream through " + running.size() + " proxies");
      }
      var leave = leave(plane, opened, running, streams);
      streams.forEach(Holding::close);
      new Printer(shell, print).print(() -> Model.of(leave), _ -> Page.of(leave));
      return (leave.cheap() ? ExitCode.OK : ExitCode.REFUSED).number();
    }
  }

  private static Holding streams(Site site, Door door, List<Plane.Opened> sessions) {
    var doors = sessions.stream().map(session -> door.as(session.handle())).toList();
    var events = Ask.get(Site.granted("events/1"));
    return new Holding(site.loops(), doors, events, Holding.Manner.READING).open();
  }

  private static Leave leave(
      Plane plane, List<Plane.Opened> opened, List<Running> running, List<Holding> streams)
      throws IOException {
    var used = usages(running);
    var controlUsed = plane.controlUsage();
    var began = System.nanoTime();
    var closing = CompletableFuture.supplyAsync(() -> plane.close(opened, CLOSED_AT_A_TIME));
    streams.forEach(holding -> holding.awaitEnd(CUT_MAX));
    var lastCut = Duration.ofNanos(System.nanoTime() - began);
    var longest = closing.join();
    var took = Duration.ofNanos(System.nanoTime() - began);
    var proxySeconds = 0d;
    for (var i = 0; i < running.size(); i++) {
      proxySeconds += running.get(i).usage().secondsSince(used.get(i));
    }
    return new Leave(
        opened.size(),
        running.size(),
        lastCut,
        took,
        longest,
        proxySeconds,
        plane.controlUsage().secondsSince(controlUsed));
  }

  private static List<Usage> usages(List<Running> running) throws IOException {
    var usages = new ArrayList<Usage>();
    for (var one : running) {
      usages.add(one.usage());
    }
    return usages;
  }
}
