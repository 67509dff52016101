package dev.ambit.envelope;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Makes identifiers of 26 characters: 48 bits of milliseconds and 80 random bits in Crockford
/// base32, so that they sort by time (the ULID layout). Thread-safe when its random source is.
public final class Ids {
  private static final int LENGTH = 26;
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private final InstantSource clock;
  private final RandomGenerator random;

  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  public String next() {
    var high = (clock.millis() << 16) | (random.nextLong() >>> 48);
    var low = random.nextLong();
    var id = new char[LENGTH];
    for (var i = LENGTH - 1; i >= 0; i--) {
      id[i] = ALPHABET.charAt((int) (low & 31));
      low = (low >>> 5) | (high << 59);
      high >>>= 5;
    }
    return new String(id);
  }

  /// Refuses what is no such identifier, naming `field`.
  public static void check(String field, String value) {
    // 26 characters hold 130 bits: the first one may only use the lower three of its five.
    var ok = value.length() == LENGTH && value.charAt(0) <= '7';
    for (var i = 0; ok && i < LENGTH; i++) {
      ok = ALPHABET.indexOf(value.charAt(i)) >= 0;
    }
    if (!ok) {
      throw new IllegalArgumentException(
          field + ": no identifier (expected: 26 characters of upper-case Crockford base32)");
    }
  }
}
