package dev.ambit.resources;

/// One thing that is wrong with a set of resources.
///
/// @param file as the reader was given it, with the name of the file
/// @param line from 1
/// @param key path of the key, for example `spec.grants[0].methods`
/// @param message what was found and what is expected
public record Finding(String file, int line, String key, String message) {
  @Override
  public String toString() {
    return file + ":" + line + ": " + key + ": " + message;
  }
}
