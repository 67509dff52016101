package dev.ambit.bench;

import dev.ambit.bench.load.Bound;
import dev.ambit.bench.subject.Ours;
import dev.ambit.bench.subject.Plane;
import dev.ambit.bench.subject.Profile;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ambit bench train`.
@Command(
    name = "train",
    description = {
      "Makes the AOT caches of both launch profiles: starts the proxy, uses every path of it (handshakes, GET, POST, events,",
      "a long stream, refusals, WebSockets, HTTP/2, gRPC, first visits), and leaves PROFILE.aot beside the launcher. A cache",
      "fits the Java and the jars it was made with; the launcher passes over one that does not fit."
    },
    footer = {"", "Examples:", "  ambit bench train", "  ambit bench train --profile small"})
public final class TrainCommand implements Callable<Integer> {
  private static final Duration CREATION_MAX = Duration.ofMinutes(4);

  private final Shell shell;

  @Option(
      names = "--profile",
      split = ",",
      paramLabel = "NAME",
      description = "Only these: ${COMPLETION-CANDIDATES}. Without it all.")
  Set<Profile> profiles = EnumSet.allOf(Profile.class);

  public TrainCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    try (var site = Site.open(shell, Site.outward());
        var _ = AtExit.of(site);
        var plane = Plane.start(site)) {
      for (var profile : profiles) {
        train(site, plane, profile);
      }
    }
    return ExitCode.OK.number();
  }

  private void train(Site site, Plane plane, Profile profile) throws IOException {
    var cache =
        Path.of(System.getProperty(Ours.HOME, ".")).resolve("launch/" + profile.word() + ".aot");
    Files.deleteIfExists(cache);
    shell.err().println("bench: training " + profile.word());
    shell.err().flush();
    var options = List.of("-XX:AOTCacheOutput=" + cache);
    try (var running = new Ours(site, plane, profile, options).start()) {
      use(site, running);
      // At its end Java makes the cache, in a process of its own.
      running.end(CREATION_MAX);
    }
    if (!Files.exists(cache)) {
      throw new Failure(
          ExitCode.REFUSED, cache + ": was not made (expected: by the proxy, at its end)");
    }
    shell.err().println("bench: " + cache + ", " + (Files.size(cache) >> 20) + " MiB");
    shell.err().flush();
  }

  private static void use(Site site, Running running) {
    var rounds = new Rounds(site, java.util.Map.of(), true, _ -> {});
    rounds.warm(Scenario.FRESH, running.door(), 1_500);
    rounds.warm(Scenario.KEEP_ALIVE, running.door(), 20_000);
    rounds.warm(Scenario.POST, running.door(), 3_000);
    rounds.warm(Scenario.SERIAL, running.door(), 1_000);
    rounds.warm(Scenario.DENIED, running.door(), 3_000);
    rounds.warm(Scenario.ECHO, running.door(), 5_000);
    rounds.warm(Scenario.BULK, running.door(), 16);
    rounds.warm(Scenario.H2_100, running.door(), 10_000);
    rounds.warm(Scenario.GRPC, running.door(), 3_000);
    rounds.warm(Scenario.VISIT, running.door(), Scenario.VISITS);
    events(site, running);
  }

  private static void events(Site site, Running running) {
    try (var load = Scenario.EVENTS.load(site, running.door())) {
      load.open();
      var _ = load.run(Bound.of(Duration.ofSeconds(3)));
    }
  }
}
