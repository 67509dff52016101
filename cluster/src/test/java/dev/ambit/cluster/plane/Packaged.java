package dev.ambit.cluster.plane;

import com.marcnuri.helm.Helm;
import dev.ambit.cluster.machine.Tree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The chart of the tree as a package of another version.
final class Packaged {
  private Packaged() {}

  /// @param folder where it is put
  static Path as(Path folder, String version) throws IOException {
    var copy = folder.resolve("copy-" + version).resolve("ambit");
    try (var files = Files.walk(Tree.chart())) {
      files.forEach(file -> copy(file, copy.resolve(Tree.chart().relativize(file).toString())));
    }
    var about = copy.resolve("Chart.yaml");
    Files.writeString(
        about,
        Files.readString(about)
            .replaceAll("(?m)^version: .*", "version: " + version)
            .replaceAll("(?m)^appVersion: .*", "appVersion: \"" + version + "\""));
    var _ = new Helm(copy).packageIt().withDestination(folder).call();
    return folder.resolve("ambit-" + version + ".tgz");
  }

  private static void copy(Path from, Path to) {
    try {
      Files.createDirectories(Files.isDirectory(from) ? to : to.resolveSibling("."));
      if (!Files.isDirectory(from)) {
        Files.copy(from, to);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
