package dev.ambit.dev.up;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.dev.set.Folders;
import dev.ambit.dev.set.Member;
import dev.ambit.dev.set.State;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/// `ambit dev down`.
@Command(
    name = "down",
    description =
        "Ends the set that 'ambit dev up' or 'ambit demo --keep' left running, and removes what it kept.",
    footer = {"", "Examples:", "  ambit dev down"})
public final class DevDown implements Runnable {
  private static final Duration ASKED_MAX = Duration.ofSeconds(3);
  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final int POLL_MILLIS = 20;

  private final Shell shell;

  public DevDown(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    var state = new State(shell.developmentState());
    var running = state.read();
    if (running.isEmpty()) {
      shell.err().println("ambit: nothing is running");
      return;
    }
    var members = running.get().members();
    members.reversed().forEach(Member::stop);
    try {
      var began = System.nanoTime();
      var end = began + STOP_MAX.toNanos();
      while (members.stream().anyMatch(Member::runs)) {
        if (System.nanoTime() - began > ASKED_MAX.toNanos()) {
          members.forEach(Member::kill); // nothing of a development set is worth the wait
        }
        if (System.nanoTime() > end) {
          throw new Failure(
              ExitCode.REFUSED,
              "dev down: still running: "
                  + members.stream()
                      .filter(Member::runs)
                      .map(m -> m.name() + " " + m.pid())
                      .toList());
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      state.clear();
    } catch (IOException failed) {
      throw new Failure(ExitCode.CONFIGURATION, "dev down: " + failed.getMessage(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, "dev down: interrupted", interrupted);
    }
    Folders.remove(running.get().run());
    shell.err().println("ambit: ended " + members.size() + " processes");
  }
}
