package dev.ambit.envelope;

/// What the engine says about one call: by which grant, or why not.
public sealed interface Decision {
  record Permitted(Target target, Grant grant) implements Decision {}

  /// No.
  ///
  /// @param target name of the target, or empty when none is known
  /// @param detail one plain sentence with what is granted nearby; built from the envelope, never
  ///   from the call
  record Denied(Reason reason, String target, String detail) implements Decision {}
}
