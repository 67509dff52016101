package dev.ambit.e2e.faults;

import java.io.IOException;

/// Sends signals that Java has no method for.
final class Signals {
  private Signals() {}

  /// @param name without SIG
  static void send(String name, long pid) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " " + pid + ": failed");
    }
  }
}
