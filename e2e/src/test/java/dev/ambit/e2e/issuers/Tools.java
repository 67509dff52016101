package dev.ambit.e2e.issuers;

import dev.ambit.e2e.machine.Programs;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Servers that lie outside the tree, made by the scripts of `e2e/issuers` when they are not there.
final class Tools {
  private Tools() {}

  /// Runs the script and returns the folder that it prints.
  static Path make(String script) throws IOException, InterruptedException {
    var making =
        new ProcessBuilder(Programs.tree().resolve("e2e/issuers").resolve(script).toString())
            .redirectError(Redirect.INHERIT);
    making.environment().put("JAVA_HOME", System.getProperty("java.home"));
    var made = making.start();
    var folder = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (made.waitFor() != 0) {
      throw new IOException(script + ": failed (expected: it prints a folder)");
    }
    return Path.of(folder);
  }
}
