package dev.ambit.cluster.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// The programs that a cluster is made of, built where they are missing: twenty minutes on a fresh
/// machine, nothing later.
public final class Tools {
  private Tools() {}

  /// @param group as `cluster-build` names it: plane, or node
  static void need(String group) throws IOException, InterruptedException {
    var build =
        new ProcessBuilder(Tree.script("cluster-build"), group)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    if (build.waitFor() != 0) {
      throw new IOException("cluster-build " + group + ": failed (expected: all programs there)");
    }
  }

  /// Removes what a cluster has left: its logs, images and state. What somebody still writes to
  /// stays, and is told.
  public static void remove(Path folder) {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException | UncheckedIOException left) {
      System.err.println("cluster: " + folder + " is not removed: " + left);
    }
  }

  /// Where they lie.
  static Path folder() {
    return home().resolve("bin");
  }

  /// What `cluster-build` calls AMBIT_TOOLS.
  static Path home() {
    var named = System.getenv("AMBIT_TOOLS");
    if (named != null && !named.isEmpty()) {
      return Path.of(named);
    }
    var cache = System.getenv("XDG_CACHE_HOME");
    return (cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache))
        .resolve("ambit-tools");
  }
}
