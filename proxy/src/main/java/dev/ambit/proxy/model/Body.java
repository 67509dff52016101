package dev.ambit.proxy.model;

/// How the body of a request is framed, as the strict parser found it.
public sealed interface Body {
  record None() implements Body {}

  /// Of known length.
  ///
  /// @param bytes exactly so many, at least 0
  record Sized(long bytes) implements Body {}

  record Chunked() implements Body {}
}
