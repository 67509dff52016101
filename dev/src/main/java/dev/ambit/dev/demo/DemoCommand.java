package dev.ambit.dev.demo;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.Json;
import dev.ambit.cli.print.Style;
import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.Folders;
import dev.ambit.dev.set.State;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ambit demo`.
@Command(
    name = "demo",
    description = {
      "Shows the whole of it on this machine, in under a minute: one job gets authority, uses it, and loses it.",
      "Every claim is taken from the records of the upstream and the issuer, never from the proxy's word.",
      "With --transparent the agent is curl, in a network of its own: it is told of no proxy, the kernel turns",
      "what it sends. That needs root, and the command says what else; nothing of it stays behind.",
      "Exit 0: every claim held; 1: not so."
    },
    footer = {
      "",
      "Examples:",
      "  ambit demo",
      "  ambit demo --json 2>/dev/null | jq '.claims[] | select(.held | not)'",
      "  ambit demo --keep      (leaves all running to look at; ambit dev down ends it)",
      "  sudo ./ambit demo --transparent"
    })
public final class DemoCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--json",
      description = "Prints the claims as JSON on stdout, the story on stderr.")
  boolean json;

  @Option(
      names = "--keep",
      description = "Leaves everything running and says how to use and end it.")
  boolean keep;

  @Option(
      names = "--transparent",
      description = "The same for an agent that knows of no proxy, in a pod. Not with --keep.")
  boolean transparent;

  @Option(names = "--no-color", description = "No colours, also on a terminal.")
  boolean plain;

  public DemoCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!transparent) {
      return play(Optional.empty());
    }
    if (keep) {
      throw new Failure(
          ExitCode.USAGE, "--keep: not with --transparent, whose networks end with the command");
    }
    try (var pod = openPod()) {
      // All but proxy and agent are outside of the pod, this process with them.
      return pod.network().outside().inside(() -> play(Optional.of(pod)));
    }
  }

  private Pod openPod() throws IOException {
    var needs = PodNeeds.here(shell.environment());
    var missing = needs.missing();
    if (!missing.isEmpty()) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          "demo --transparent needs:\n       " + String.join("\n       ", missing));
    }
    return Pod.open(needs.redirect().orElseThrow());
  }

  private int play(Optional<Pod> pod) throws IOException, InterruptedException {
    var state = new State(shell.developmentState());
    if (keep) {
      state.refuseSecond();
    }
    var story = new Story(json ? shell.err() : shell.out(), new Style(shell.colour() && !plain));
    var set = new EmbeddedSet(new EmbeddedSet.Plan(Folders.make("ambit-demo"), keep, pod));
    var hook =
        new Thread(() -> {
          story.hush();
          end(set);
        });
    Runtime.getRuntime().addShutdownHook(hook);
    var kept = false;
    try {
      story.title(
          "Ambit demo",
          "An agent gets authority for one job, and loses it when the job ends. Five processes on this machine, real TLS.");
      var began = System.nanoTime();
      story.say("");
      if (pod.isPresent()) {
        story.line(
            "pod",
            "a network of its own, where the kernel turns all traffic to the proxy; the agent in it is curl and knows of none");
      }
      story.line("starting", "SPIFFE authority, OAuth issuer, upstream API, control plane, proxy");
      try (var stage = Stage.start(set, shell.clock())) {
        story.line(
            "started", "after " + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
        var claims = new Play(story).on(stage, shell.clock());
        kept = keep;
        finish(story, claims, stage, state);
        return claims.stream().allMatch(Claim::held)
            ? ExitCode.OK.number()
            : ExitCode.REFUSED.number();
      }
    } finally {
      if (!kept) {
        end(set);
      }
      forget(hook);
    }
  }

  private void finish(Story story, List<Claim> claims, Stage stage, State state)
      throws IOException {
    var held = claims.stream().filter(Claim::held).count();
    var line = held + " of " + claims.size() + " claims held";
    story.say("");
    story.say(held == claims.size() ? story.style().good(line) : story.style().bad(line));
    if (json) {
      var answer = new LinkedHashMap<String, Object>();
      answer.put("claims", claims.stream().map(Claim::facts).toList());
      shell.out().println(Json.pretty(answer));
      shell.out().flush();
    }
    if (keep) {
      state.write("demo", stage.set(), stage.proxy());
      Keeping.tell(story, stage, openAnother(stage));
    } else if (!transparent) {
      story.say("Look at it yourself: ambit demo --keep");
    }
  }

  /// A session to play with, since those of the story are over.
  private static String openAnother(Stage stage) {
    return stage.open(DemoResources.TEMPLATE, Map.of("week", "13"), "look around").getId();
  }

  private static void end(EmbeddedSet set) {
    set.close();
    Folders.remove(set.plan().folder());
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // It runs already.
    }
  }
}
