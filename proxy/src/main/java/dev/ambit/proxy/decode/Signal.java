package dev.ambit.proxy.decode;

/// What the handlers of one agent connection tell each other beside messages.
enum Signal {
  /// The first byte of a request head has come.
  HEAD_BEGUN,
  /// A trailer section was read and thrown away; stands before the end of its body.
  TRAILERS_DROPPED,
  /// The connection is to end after the call it carries.
  DRAIN
}
