package dev.ambit.bench;

import dev.ambit.bench.decision.Decisions;
import dev.ambit.bench.report.Footprint;
import dev.ambit.bench.report.Model;
import dev.ambit.bench.report.Page;
import dev.ambit.bench.report.Results;
import dev.ambit.bench.report.Results.Column;
import dev.ambit.bench.report.Start;
import dev.ambit.bench.subject.Machine;
import dev.ambit.bench.subject.Ours;
import dev.ambit.bench.subject.Peer;
import dev.ambit.bench.subject.Plane;
import dev.ambit.bench.subject.Profile;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.bench.subject.Subject;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit bench`.
@Command(
    name = "bench",
    description = {
      "Measures the proxy in both launch profiles beside nginx (twice, to see the noise), Envoy and squid that do the",
      "same work in the same rounds, and writes docs/performance.md. Takes about 40 minutes; what it does is told on",
      "stderr."
    },
    footer = {
      "",
      "Examples:",
      "  ambit bench",
      "  ambit bench --scenario keep-alive,fresh --rounds 3",
      "  ambit bench --quick -o json > figures.json",
      "  ambit bench node    # what a pod on Kubernetes pays; see ambit bench node --help"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int STARTS = 5;
  private static final String REFERENCE = "nginx";

  private final Shell shell;
  private final Told told;

  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Only these: keep-alive, post, fresh, serial, rate-100, rate-1000, events, bulk, denied, echo, h2-1, h2-10,",
        "h2-100, grpc, visit; or start, memory, decision. Without it all."
      })
  List<String> wanted = new ArrayList<>();

  @Option(
      names = "--subject",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these beside nginx: nginx-again, envoy, squid, small, fast. Without it all.")
  List<String> subjects = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "How often each scenario visits each subject (default: 7).")
  int rounds = 7;

  @Option(
      names = "--quick",
      description =
          "A quarter of the time and hardly any warm-up: shows that it runs, no figures to quote.")
  boolean quick;

  @Option(
      names = "--java-options",
      paramLabel = "OPTIONS",
      defaultValue = "",
      description = "More options for the Java of the proxy under test, for example a recording.")
  String javaOptions = "";

  @Mixin PrintOptions print = new PrintOptions();

  public BenchCommand(Shell shell) {
    this.shell = shell;
    this.told = new Told(shell);
  }

  @Override
  public Integer call() throws IOException {
    var scenarios = scenarios();
    try (var site = Site.open(shell, Site.outward());
        var _ = AtExit.of(site);
        var plane = Plane.start(site)) {
      new Oracle(site).stall();
      told.say("the generator shows a stall of the origin");
      var results = measure(site, subjects(site, plane), scenarios);
      new Printer(shell, print).print(() -> Model.of(results), _ -> Page.tables(results));
      if (wanted.isEmpty() && subjects.isEmpty() && !quick) {
        write(results);
      }
    }
    return ExitCode.OK.number();
  }

  private Results measure(Site site, List<Subject> subjects, Set<Scenario> scenarios)
      throws IOException {
    var starts = wants("start") ? starts(site, subjects) : List.<Start>of();
    var footprints = wants("memory") ? footprints(site, subjects) : List.<Footprint>of();
    var running = new LinkedHashMap<String, Running>();
    try {
      if (!scenarios.isEmpty()) {
        for (var subject : subjects) {
          told.say("starting " + subject.name());
          running.put(subject.name(), subject.start());
        }
      }
      var timed = new Rounds(site, running, quick, told::say);
      for (var subject : running.entrySet()) {
        new Oracle(site).examine(subject.getKey(), subject.getValue());
        told.say("warming " + subject.getKey());
        new Warmth(timed, quick).give(subject.getValue(), scenarios);
      }
      var samples = timed.run(scenarios, rounds);
      running.values().forEach(Running::close);
      told.say("measuring the decision");
      return new Results(
          Machine.describe(),
          REFERENCE,
          Rounds.DIRECT,
          rounds,
          scenarios.stream()
              .map(s -> new Column(s.word(), s.title(), s.unit(), s.part(), s.quoted()))
              .toList(),
          subjects.stream().map(Subject::name).toList(),
          samples,
          starts,
          footprints,
          wants("decision") ? Decisions.measure(quick) : List.of());
    } finally {
      running.values().forEach(Running::close);
    }
  }

  private List<Start> starts(Site site, List<Subject> subjects) throws IOException {
    var starts = new ArrayList<Start>();
    for (var subject : subjects) {
      told.say("cold: " + subject.name());
      starts.add(new Starts(site).cold(subject, quick ? 1 : STARTS));
    }
    return starts;
  }

  private List<Footprint> footprints(Site site, List<Subject> subjects) throws IOException {
    var footprints = new ArrayList<Footprint>();
    for (var subject : subjects) {
      told.say("memory: " + subject.name());
      var ours = subject instanceof Ours;
      footprints.add(new Starts(site).footprint(subject, ours && !quick));
    }
    return footprints;
  }

  private List<Subject> subjects(Site site, Plane plane) {
    var peers = Path.of(System.getProperty("ambit.bench.peers", ""));
    var options = Arrays.stream(javaOptions.split(" ", -1)).filter(o -> !o.isEmpty()).toList();
    var all = new LinkedHashMap<String, Subject>();
    all.put(REFERENCE, new Peer(site, REFERENCE, Peer.Kind.NGINX, peers));
    all.put("nginx-again", new Peer(site, "nginx-again", Peer.Kind.NGINX, peers));
    all.put("envoy", new Peer(site, "envoy", Peer.Kind.ENVOY, peers));
    all.put("squid", new Peer(site, "squid", Peer.Kind.SQUID, peers));
    all.put("small", new Ours(site, plane, Profile.SMALL, options));
    all.put("fast", new Ours(site, plane, Profile.FAST, options));
    checkNames("--subject", subjects, all.keySet());
    return all.entrySet().stream()
        .filter(entry ->
            subjects.isEmpty()
                || entry.getKey().equals(REFERENCE)
                || subjects.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private Set<Scenario> scenarios() {
    var names = new LinkedHashMap<String, Scenario>();
    for (var scenario : Scenario.values()) {
      names.put(scenario.word(), scenario);
    }
    var known = new ArrayList<>(names.keySet());
    known.addAll(List.of("start", "memory", "decision"));
    checkNames("--scenario", wanted, known);
    var chosen = EnumSet.noneOf(Scenario.class);
    names.forEach((word, scenario) -> {
      if (wants(word)) {
        chosen.add(scenario);
      }
    });
    return chosen;
  }

  private static void checkNames(
      String option, List<String> given, java.util.Collection<String> known) {
    for (var name : given) {
      if (!known.contains(name)) {
        throw new Failure(
            ExitCode.USAGE,
            option + ": " + name + " (expected: of " + String.join(", ", known) + ")");
      }
    }
  }

  private boolean wants(String word) {
    return wanted.isEmpty() || wanted.contains(word);
  }

  private void write(Results results) throws IOException {
    var page = Path.of(System.getProperty("ambit.home", ".")).resolve("docs/performance.md");
    Files.writeString(page, Preface.of(results) + Page.tables(results).stripTrailing() + "\n");
    told.say("written: " + page);
  }
}
