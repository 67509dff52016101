package dev.ambit.envelope;

/// What is known of a call's body where it is judged.
public sealed interface Content {
  /// There is none.
  record None() implements Content {}

  /// It is still on the wire.
  record Unread() implements Content {}

  /// It was read, and is JSON with one meaning.
  record Read(Json value) implements Content {}
}
