package dev.ambit.dev.machine;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A program that runs beside this one until it is closed. What it writes goes to `<name>.out` and
/// `<name>.log`. It does not outlive this one, even when that is killed.
public final class Program implements Closeable {
  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final Duration STEP = Duration.ofMillis(5);

  private final String name;
  private final Process process;
  private final Path out;
  private final Path log;

  private Program(String name, Process process, Path out, Path log) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.log = log;
  }

  static Program start(String name, User user, List<String> command, Path folder) {
    var out = folder.resolve(name + ".out");
    var log = folder.resolve(name + ".log");
    try {
      return new Program(name, user.process(command, out, log), out, log);
    } catch (IOException refused) {
      throw new UncheckedIOException(name + ": cannot be started", refused);
    }
  }

  /// Waits for a line in its stdout.
  public MatchResult awaitOut(String regex, Duration patience) {
    return await(out, regex, patience);
  }

  /// Waits for a line in its log.
  public MatchResult awaitLog(String regex, Duration patience) {
    return await(log, regex, patience);
  }

  private MatchResult await(Path file, String regex, Duration patience) {
    var pattern = Pattern.compile(regex);
    until(regex, patience, () -> pattern.matcher(read(file)).find() || !process.isAlive());
    var match = pattern.matcher(read(file));
    if (!match.find()) {
      throw new Failure(
          ExitCode.REFUSED, name + ": ended (expected: " + regex + "); it said: " + log() + out());
    }
    return match.toMatchResult();
  }

  /// Its process.
  public long pid() {
    return process.pid();
  }

  /// Everything in its stdout so far.
  public String out() {
    return read(out);
  }

  /// Everything in its log so far.
  public String log() {
    return read(log);
  }

  public boolean runs() {
    return process.isAlive();
  }

  /// Waits for its end; returns its exit code.
  public int awaitExit(Duration patience) {
    until("its end", patience, () -> !process.isAlive());
    return process.exitValue();
  }

  /// Ends it as `kill -9` does, and waits until it is gone.
  public void kill() {
    process.destroyForcibly();
    until("its end", STOP_MAX, () -> !process.isAlive());
  }

  /// Asks it to end and insists after a while.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void until(String what, Duration patience, BooleanSupplier happened) {
    var end = System.nanoTime() + patience.toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new Failure(
            ExitCode.REFUSED,
            name
                + ": not yet (expected: "
                + what
                + " within "
                + patience
                + "); it said: "
                + log()
                + out());
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
