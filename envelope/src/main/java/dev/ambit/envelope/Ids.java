package dev.ambit.envelope;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Makes identifiers of 26 characters: 48 bits of milliseconds and 80 random bits in Crockford
/// base32, so that they sort by time (the ULID layout). Thread-safe when its random source is.
public final class Ids {
  private final InstantSource clock;
  private final RandomGenerator random;

  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  public String next() {
    throw new UnsupportedOperationException(clock + " " + random);
  }

  /// Refuses what is no such identifier, naming `field`.
  public static void check(String field, String value) {
    throw new UnsupportedOperationException(field + value);
  }
}
