package dev.ambit.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// `./ambit fuzz`: every target in turn, with an equal share of the time.
public final class FuzzMain {
  private static final int OK = 0;
  private static final int FOUND = 1;
  private static final int USAGE = 2;
  private static final int BROKEN = 70;
  private static final Pattern PULSE = Pattern.compile("#(\\d+)\\s+\\w+\\s+cov: (\\d+).*");
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final String HELP =
      """
      Usage: ./ambit fuzz --minutes N
        Fuzzes the parsers, guided by coverage: each of the targets gets an equal share of N minutes (1 to 1440).
        Inputs that break a law are put in fuzz/findings/, with what was said about them. Each becomes a seed in
        fuzz/corpus/ and a named regression test, together with its repair.

      Exit codes: 0 nothing found, 1 something found, 2 wrong usage, 70 a target could not be run.
      """;

  private FuzzMain() {}

  /// The first argument is the folder of the module, from the launcher.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var words = List.of(arguments);
    if (words.size() == 2 && (words.get(1).equals("--help") || words.get(1).equals("-h"))) {
      System.out.print(HELP);
      System.exit(OK);
    }
    if (words.size() != 3
        || !words.get(1).equals("--minutes")
        || !words.get(2).matches("[1-9][0-9]{0,3}")
        || Integer.parseInt(words.get(2)) > 1_440) {
      System.err.print(HELP);
      System.exit(USAGE);
    }
    System.exit(
        fuzz(
            new FuzzRun(Path.of(words.getFirst())),
            Duration.ofMinutes(Long.parseLong(words.get(2)))));
  }

  private static int fuzz(FuzzRun run, Duration time) throws IOException, InterruptedException {
    var share = time.dividedBy(Target.values().length);
    int exit = OK;
    for (var target : Target.values()) {
      System.out.println(target.folder() + ": for " + share.toSeconds() + " s");
      var result = run.run(target, share, chance(), new Progress(target));
      if (!result.ran()) {
        result.last().forEach(System.err::println);
        System.err.println(target.folder() + ": could not be run");
        exit = BROKEN;
      } else if (result.found()) {
        result.last().forEach(System.err::println);
        System.err.println(target.folder() + ": FOUND something, see " + run.findings());
        exit = exit == BROKEN ? BROKEN : FOUND;
      } else {
        System.out.println(target.folder() + ": nothing found");
      }
    }
    return exit;
  }

  /// Another with every run; the fuzzer takes 0 for "choose one".
  private static int chance() {
    return ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
  }

  /// Says now and then how far it is.
  private static final class Progress implements Consumer<String> {
    private final Target target;
    private long next = System.nanoTime();

    Progress(Target target) {
      this.target = target;
    }

    @Override
    public void accept(String line) {
      var pulse = PULSE.matcher(line);
      if (pulse.matches() && System.nanoTime() - next >= 0) {
        next = System.nanoTime() + EVERY.toNanos();
        System.out.println(
            "  " + target.folder() + ": " + pulse.group(1) + " inputs, coverage " + pulse.group(2));
      }
    }
  }
}
