package dev.ambit.resources;

import java.nio.file.Path;

/// Reads every `*.yaml` and `*.yml` of a folder (not its subfolders) as one set. Strict: unknown
/// and duplicate keys, aliases, tags, wrong types, and keys whose enforcement is not built yet are
/// findings.
public final class ResourceReader {
  private ResourceReader() {}

  public static Reading read(Path folder) {
    throw new UnsupportedOperationException(folder.toString());
  }
}
