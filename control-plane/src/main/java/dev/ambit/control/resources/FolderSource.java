package dev.ambit.control.resources;

import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import java.nio.file.Path;

/// Resources as the YAML files of a folder.
///
/// @param folder with the files that they name beside them
public record FolderSource(Path folder) implements ResourceSource {
  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public Reading read() {
    return ResourceReader.read(folder);
  }

  @Override
  public String fingerprint() {
    return Fingerprint.of(folder);
  }
}
