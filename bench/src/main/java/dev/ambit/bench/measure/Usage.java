package dev.ambit.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Processor time of whole processes, user and system, from /proc/PID/stat (proc(5)).
///
/// @param ticks of the two together
public record Usage(long ticks) {
  /// USER_HZ is 100 on every Linux that this runs on; it is part of the kernel's interface.
  private static final double TICKS_PER_SECOND = 100;

  private static final double NANOS_PER_SECOND = 1e9;

  /// Fields behind the name, which stands in parentheses and may hold anything.
  private static final int UTIME = 11;

  private static final int STIME = 12;

  public static Usage of(long... pids) throws IOException {
    var ticks = 0L;
    for (var pid : pids) {
      var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      ticks += Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
    }
    return new Usage(ticks);
  }

  /// Seconds of the threads of a process whose name holds the text, from
  /// /proc/PID/task/TID/schedstat; the kernel keeps 15 characters of a name.
  public static double ofThreads(long pid, String text) throws IOException {
    var nanos = 0L;
    try (var threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (var thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).contains(text)) {
          nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", -1)[0]);
        }
      }
    }
    return nanos / NANOS_PER_SECOND;
  }

  /// Seconds since an earlier reading.
  public double secondsSince(Usage before) {
    return (ticks - before.ticks) / TICKS_PER_SECOND;
  }
}
