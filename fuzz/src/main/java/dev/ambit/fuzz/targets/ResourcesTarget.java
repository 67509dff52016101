package dev.ambit.fuzz.targets;

import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Resources: any file is read whole or refused with findings, and nothing is thrown.
public final class ResourcesTarget {
  private static final String FILE = "input.yaml";
  private static final Path FOLDER = folder();

  private ResourcesTarget() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      Files.write(FOLDER.resolve(FILE), input);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    switch (ResourceReader.read(FOLDER)) {
      case Reading.Whole whole -> Laws.hold(whole.set() != null, "a whole set is there");
      case Reading.Broken(var findings) ->
          Laws.hold(!findings.isEmpty(), "a broken set says what is wrong");
    }
  }

  private static Path folder() {
    try {
      var folder = Files.createTempDirectory("ambit-fuzz");
      folder.toFile().deleteOnExit();
      folder.resolve(FILE).toFile().deleteOnExit();
      return folder;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
