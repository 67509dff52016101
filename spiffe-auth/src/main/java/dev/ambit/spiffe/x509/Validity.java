package dev.ambit.spiffe.x509;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// When a certificate is valid, both ends included, in whole seconds.
public record Validity(Instant notBefore, Instant notAfter) {
  /// How far the start lies in the past, for peers whose clock is behind.
  private static final Duration BACKDATED = Duration.ofMinutes(1);

  public Validity {
    notBefore = notBefore.truncatedTo(ChronoUnit.SECONDS);
    notAfter = notAfter.truncatedTo(ChronoUnit.SECONDS);
    if (!notBefore.isBefore(notAfter)) {
      throw new IllegalArgumentException(
          "notAfter: " + notAfter + " (expected: after " + notBefore + ")");
    }
  }

  /// From a minute before `now` until `life` after it.
  public static Validity from(Instant now, Duration life) {
    return new Validity(now.minus(BACKDATED), now.plus(life));
  }
}
