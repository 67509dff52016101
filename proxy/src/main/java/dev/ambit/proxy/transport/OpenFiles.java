package dev.ambit.proxy.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// How many descriptors this process may still open, as Linux says.
public final class OpenFiles {
  private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files +(\\d+) ");

  private OpenFiles() {}

  /// Empty where there is no bound, or nobody who tells it.
  public static OptionalLong left() {
    return left(Path.of("/proc/self/limits"), Path.of("/proc/self/fd"));
  }

  static OptionalLong left(Path limits, Path descriptors) {
    try (var open = Files.list(descriptors)) {
      var limit = LIMIT.matcher(Files.readString(limits));
      return limit.find()
          ? OptionalLong.of(Long.parseLong(limit.group(1)) - open.count())
          : OptionalLong.empty();
    } catch (IOException _) {
      return OptionalLong.empty();
    }
  }
}
