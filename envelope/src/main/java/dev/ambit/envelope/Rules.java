package dev.ambit.envelope;

import java.time.Instant;
import java.util.Optional;

/// One envelope, compiled. Pure and immutable: the same call at the same instant gets the same
/// answer, on any thread.
public final class Rules {
  private final Envelope envelope;

  private Rules(Envelope envelope) {
    this.envelope = envelope;
  }

  public static Rules of(Envelope envelope) {
    return new Rules(envelope);
  }

  public Envelope envelope() {
    return envelope;
  }

  /// Decides one call: not expired, target known, deny rules, then the grants in document order;
  /// the first that matches on every axis permits, else the nearest miss is told.
  public Decision decide(Call call, Instant now) {
    throw new UnsupportedOperationException();
  }

  /// The target that holds this authority's host and port (whatever the scheme). Asked before a
  /// leaf is minted.
  public Optional<Target> target(Authority authority) {
    throw new UnsupportedOperationException();
  }
}
