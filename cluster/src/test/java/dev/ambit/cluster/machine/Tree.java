package dev.ambit.cluster.machine;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the tree that is tested lies.
public final class Tree {
  private Tree() {}

  /// Its top folder.
  public static Path root() {
    var folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("ambit"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new AssertionError("tree: no folder with ./ambit above the working folder");
      }
    }
    return folder;
  }

  /// The chart.
  public static Path chart() {
    return root().resolve("helm/ambit");
  }

  /// A script of the folder `cluster`.
  static String script(String name) {
    return root().resolve("cluster").resolve(name).toString();
  }
}
