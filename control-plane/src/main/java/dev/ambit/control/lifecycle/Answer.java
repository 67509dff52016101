package dev.ambit.control.lifecycle;

/// What a caller gets: what it asked for, or why not.
public sealed interface Answer<T> {
  record Given<T>(T value) implements Answer<T> {}

  record Refused<T>(Refusal refusal) implements Answer<T> {}

  /// Shorthand for a refusal.
  static <T> Answer<T> refuse(Refusal.Kind kind, String field, String message) {
    return new Refused<>(new Refusal(kind, field, message));
  }
}
