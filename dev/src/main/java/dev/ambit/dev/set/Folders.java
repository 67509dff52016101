package dev.ambit.dev.set;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;

/// Folders that hold a set: made for it alone, and removed with it.
public final class Folders {
  /// Unix sockets lie in it, whose paths have at most 107 bytes.
  private static final int PATH_MAX = 80;

  private Folders() {}

  /// A new folder of mode 0700, in the temporary folder or, when that is too deep, in /tmp.
  public static Path make(String prefix) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    var folder = Files.createTempDirectory(prefix, mode);
    if (folder.toString().length() <= PATH_MAX) {
      return folder;
    }
    Files.delete(folder);
    return Files.createTempDirectory(Path.of("/tmp"), prefix, mode);
  }

  /// Removes a folder with everything in it, as far as that goes.
  public static void remove(Path folder) {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException _) {
      // What is left lies in the temporary folder: the system clears it.
    }
  }
}
