package dev.ambit.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory of whole processes, from /proc/PID/smaps_rollup, in kibibytes.
///
/// @param resident RSS: pages of files are counted in every process that maps them
/// @param proportional PSS: each page divided among those who map it
/// @param privateDirty what nobody else could share
public record Memory(long resident, long proportional, long privateDirty) {
  private static final double KIB_PER_MIB = 1_024;

  public static Memory of(long... pids) throws IOException {
    var sum = new Memory(0, 0, 0);
    for (var pid : pids) {
      var text = Files.readString(Path.of("/proc", Long.toString(pid), "smaps_rollup"));
      sum =
          new Memory(
              sum.resident + kib(text, "Rss:"),
              sum.proportional + kib(text, "Pss:"),
              sum.privateDirty + kib(text, "Private_Dirty:"));
    }
    return sum;
  }

  public double residentMib() {
    return resident / KIB_PER_MIB;
  }

  public double proportionalMib() {
    return proportional / KIB_PER_MIB;
  }

  public double privateDirtyMib() {
    return privateDirty / KIB_PER_MIB;
  }

  private static long kib(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
