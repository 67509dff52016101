package dev.ambit.control.resources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/// What a folder looks like from outside: cheap to ask every second, different when a file was
/// written, added, removed or replaced (also by the link that Kubernetes turns).
final class Fingerprint {
  private Fingerprint() {}

  /// Names, sizes and instants of all files; a folder that cannot be listed looks like its failure.
  static String of(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().map(Fingerprint::one).collect(Collectors.joining("\n"));
    } catch (IOException failure) {
      return String.valueOf(failure.getMessage());
    }
  }

  private static String one(Path file) {
    try {
      var real = file.toRealPath();
      return real + " " + Files.size(real) + " " + Files.getLastModifiedTime(real).toInstant();
    } catch (IOException failure) {
      return String.valueOf(failure.getMessage());
    }
  }
}
