package dev.ambit.dev.machine;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A command that has ended, and what it wrote.
public record Ran(int exit, String out, String err) {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /// Runs it with an empty stdin and waits for its end, at most three minutes.
  static Ran of(User user, List<String> command) {
    try {
      var out = Files.createTempFile("ran", ".out");
      var err = Files.createTempFile("ran", ".err");
      try {
        return ran(user.process(command, out, err), command, out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Ran ran(Process process, List<String> command, Path out, Path err)
      throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new Failure(ExitCode.REFUSED, command + ": still running (expected: ended)");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, command + ": interrupted", interrupted);
    } finally {
      process.destroyForcibly();
    }
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /// Its stdout, when it ended well.
  public String done() {
    if (exit != 0) {
      throw new Failure(
          ExitCode.CONFIGURATION, "exit code: " + exit + " (expected: 0); it said: " + err + out);
    }
    return out;
  }
}
