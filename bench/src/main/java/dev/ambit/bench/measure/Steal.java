package dev.ambit.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Time that the hypervisor gave to others, of all processors, from /proc/stat.
///
/// @param stolen ticks
/// @param all ticks
public record Steal(long stolen, long all) {
  private static final int STEAL = 8;

  public static Steal now() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      var fields = lines.findFirst().orElseThrow().split(" +", -1);
      var ticks = Arrays.stream(fields).skip(1).mapToLong(Long::parseLong).toArray();
      return new Steal(ticks[STEAL - 1], Arrays.stream(ticks).limit(STEAL).sum());
    }
  }

  /// The share since an earlier reading, 0 to 1.
  public double shareSince(Steal before) {
    return all == before.all ? 0 : (double) (stolen - before.stolen) / (all - before.all);
  }
}
