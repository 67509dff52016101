package dev.ambit.control.caller;

/// Who asks, or why that is not known.
public sealed interface Identity {
  record Known(Caller caller) implements Identity {}

  /// What was shown proves nothing.
  record Unknown(String why) implements Identity {}

  /// Whoever could tell is away: nobody is admitted, and the same may be asked again.
  record Unavailable(String why) implements Identity {}
}
