package dev.ambit.envelope;

/// What a session is tied to.
public enum Binding {
  /// One pod, by its UID.
  POD,
  /// Every holder of the SPIFFE ID.
  IDENTITY
}
