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

  /// Seconds since an earlier reading.
  public double secondsSince(Usage before) {
    return (ticks - before.ticks) / TICKS_PER_SECOND;
  }
}
