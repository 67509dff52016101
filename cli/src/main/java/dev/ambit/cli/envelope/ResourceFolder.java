package dev.ambit.cli.envelope;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder of resources, read by the control plane's own reader.
final class ResourceFolder {
  private ResourceFolder() {}

  /// Reads the folder, or the one that a file lies in: a file means nothing without its targets.
  static Reading read(Path place) {
    if (!Files.exists(place)) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          place + ": no such file (expected: a folder with resources, or a file)");
    }
    return ResourceReader.read(folder(place));
  }

  static Path folder(Path place) {
    if (Files.isDirectory(place)) {
      return place;
    }
    var name = place.getFileName().toString();
    if (!name.endsWith(".yaml") && !name.endsWith(".yml")) {
      throw new Failure(
          ExitCode.USAGE,
          place + ": would not be read by a control plane (expected: a file in .yaml or .yml)");
    }
    var parent = place.getParent();
    return parent == null ? Path.of(".") : parent;
  }
}
