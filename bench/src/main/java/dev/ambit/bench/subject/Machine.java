package dev.ambit.bench.subject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the figures were taken on.
public final class Machine {
  private Machine() {}

  public static String describe() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      var model =
          lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse("unknown processor");
      return Runtime.version()
          + ", Linux "
          + System.getProperty("os.version")
          + ", "
          + (Files.readString(Path.of("/proc/cpuinfo")).split("(?m)^processor", -1).length - 1)
          + " x "
          + model
          + (Pinned.apart() ? ", subjects alone on one processor" : ", nothing pinned");
    }
  }
}
