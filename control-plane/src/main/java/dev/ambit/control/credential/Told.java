package dev.ambit.control.credential;

import java.util.List;
import java.util.Optional;

/// What an issuer tells of a living credential; empty where it does not say.
///
/// @param scope what it is good for
/// @param audience whom it is for
public record Told(Optional<List<String>> scope, Optional<List<String>> audience) {
  /// It says nothing more.
  public static final Told NOTHING = new Told(Optional.empty(), Optional.empty());

  public Told {
    scope = scope.map(List::copyOf);
    audience = audience.map(List::copyOf);
  }
}
