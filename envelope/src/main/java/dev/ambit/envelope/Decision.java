package dev.ambit.envelope;

/// What the engine says about one call: by which grant, or why not.
public sealed interface Decision {
  record Permitted(Target target, Grant grant) implements Decision {}

  /// Permitted by this grant as far as the head of the call tells, if its body is within the rule
  /// of the grant: to be read, and asked again with [Content.Read]. Nothing may be sent on this.
  record NeedsBody(Target target, Grant grant) implements Decision {}

  /// No.
  ///
  /// @param target name of the target, or empty when none is known
  /// @param detail one plain sentence with what is granted nearby; built from the envelope, never
  ///   from the call
  record Denied(Reason reason, String target, String detail) implements Decision {}
}
