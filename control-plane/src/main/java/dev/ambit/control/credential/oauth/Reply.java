package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Material;

/// What came of one request to an issuer.
sealed interface Reply {
  /// An answer, read to its end; the body is wiped by whoever takes it.
  record Answered(int status, Material body) implements Reply {}

  /// It could not even be asked for: something of ours is missing.
  record Impossible(String why) implements Reply {}

  /// Surely not a byte of the request arrived.
  record NotSent(String why) implements Reply {}

  /// It may have arrived; the answer did not.
  record Broken(String why) implements Reply {}
}
