package dev.ambit.resources;

/// Where in the files something stands.
///
/// @param file as the reader was given it
/// @param line from 1
/// @param key path of the key, for example `spec.grants[0].methods`
record Place(String file, int line, String key) {}
