package dev.ambit.chaos.site;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What can be done to a process from outside and Java has no method for. Only for processes of
/// this run.
public final class Signals {
  private Signals() {}

  /// Sends a signal.
  ///
  /// @param name without SIG
  public static void send(String name, Process process) throws IOException {
    run("kill", "-" + name, Long.toString(process.pid()));
  }

  /// Sets the soft limit of a resource, as `prlimit` names it.
  public static void limit(Process process, String resource, String soft) throws IOException {
    run("prlimit", "--pid", Long.toString(process.pid()), "--" + resource + "=" + soft + ":");
  }

  private static void run(String... words) throws IOException {
    List<String> command = new ArrayList<>(Arrays.asList(words));
    var process = new ProcessBuilder(command).inheritIO().start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": failed");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(command.getFirst() + ": interrupted", interrupted);
    }
  }
}
