package dev.ambit.bench.subject;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.load.Door;
import dev.ambit.bench.measure.Memory;
import dev.ambit.bench.measure.Usage;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// A subject that answers, with all of its processes.
public final class Running implements AutoCloseable {
  private static final Duration READY_MAX = Duration.ofSeconds(90);
  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final int POLL_MILLIS = 5;
  private static final int LOG_LINES = 8;

  private final Subject subject;
  private final Process process;
  private final Door door;
  private final Duration ready;

  private Running(Subject subject, Process process, Door door, Duration ready) {
    this.subject = subject;
    this.process = process;
    this.door = door;
    this.ready = ready;
  }

  /// Starts a program and waits until a granted call through it is answered.
  ///
  /// @param log file for what it prints
  static Running start(
      Subject subject,
      Site site,
      List<String> command,
      ProcessEnvironment environment,
      Path log,
      Door door)
      throws IOException {
    var builder =
        new ProcessBuilder(Pinned.command(command))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    environment.apply(builder.environment());
    var began = System.nanoTime();
    var process = builder.start();
    site.keep(process);
    var answered = false;
    try {
      awaitPort(process, door, log, began);
      awaitAnswer(site, process, door, log, began);
      answered = true;
    } finally {
      if (!answered) {
        stop(process);
      }
    }
    return new Running(subject, process, door, Duration.ofNanos(System.nanoTime() - began));
  }

  private static void awaitPort(Process process, Door door, Path log, long began)
      throws IOException {
    while (true) {
      try (var _ = new Socket(door.address().getAddress(), door.address().getPort())) {
        return;
      } catch (IOException _) {
        pause(process, log, began);
      }
    }
  }

  private static void awaitAnswer(Site site, Process process, Door door, Path log, long began)
      throws IOException {
    while (!Files.exists(door.roots()) || !answers(site, door)) {
      pause(process, log, began);
    }
  }

  private static boolean answers(Site site, Door door) {
    var ask = Ask.get(Site.granted("items/0"));
    try (var one = new ClosedLoop(site.loops(), door, ask, 1, 1)) {
      one.open();
      return one.run(Bound.of(1)).failures() == 0;
    } catch (Failure _) {
      return false;
    }
  }

  private static void pause(Process process, Path log, long began) throws IOException {
    if (!process.isAlive() || System.nanoTime() - began > READY_MAX.toNanos()) {
      throw new Failure(
          ExitCode.REFUSED,
          log.getFileName()
              + ": "
              + (process.isAlive() ? "does not answer" : "ended with " + process.exitValue())
              + "; it says: "
              + tail(log));
    }
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private static String tail(Path log) throws IOException {
    var lines = Files.readAllLines(log);
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  public Subject subject() {
    return subject;
  }

  public Door door() {
    return door;
  }

  /// From the start of the program to its first answer.
  public Duration ready() {
    return ready;
  }

  /// Processor time of all its processes until now.
  public Usage usage() throws IOException {
    return Usage.of(pids());
  }

  /// Processor seconds of its just-in-time compilers until now; 0 for a program that has none.
  public double compilation() throws IOException {
    return Usage.ofThreads(process.pid(), "CompilerThre");
  }

  /// Memory of all its processes now.
  public Memory memory() throws IOException {
    return Memory.of(pids());
  }

  /// Has a subject that runs on Java collect its garbage, so that its memory shows what it holds.
  public void collect() throws IOException {
    var jcmd = Path.of(System.getProperty("java.home", ""), "bin", "jcmd").toString();
    var asked =
        new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (asked.waitFor() != 0) {
        throw new IOException("jcmd: exit " + asked.exitValue() + " (expected: 0)");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  /// Open descriptors of all its processes now.
  public long descriptors() throws IOException {
    var count = 0L;
    for (var pid : pids()) {
      try (var open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
        count += open.count();
      }
    }
    return count;
  }

  private long[] pids() {
    return LongStream.concat(
            LongStream.of(process.pid()), process.descendants().mapToLong(ProcessHandle::pid))
        .toArray();
  }

  /// Asks it to end and waits for what it still has to do. What is left after that is ended by
  /// [#close].
  public void end(Duration patience) {
    process.destroy();
    try {
      if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
        throw new Failure(
            ExitCode.REFUSED,
            subject.name() + ": has not ended (expected: within " + patience.toSeconds() + " s)");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, "interrupted", interrupted);
    }
  }

  @Override
  public void close() {
    stop(process);
  }

  static void stop(Process process) {
    var all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
        var _ = process.destroyForcibly().waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
