package dev.ambit.chaos.site;

import java.time.Duration;

/// What a wire does with bytes and connections.
public sealed interface Weather {
  /// Passes everything on.
  record Clear() implements Weather {}

  /// Resets every connection, and each that comes.
  record Refused() implements Weather {}

  /// Takes bytes and holds them until it clears up; nobody is told.
  record Swallowed() implements Weather {}

  /// Passes on late.
  ///
  /// @param delay of each piece of at most 8 KiB
  /// @param forth also in the direction of requests, else only in that of answers
  record Slow(Duration delay, boolean forth) implements Weather {}

  /// Passes on at a low rate.
  ///
  /// @param bytesASecond of each connection, in each direction
  record Narrow(int bytesASecond) implements Weather {
    public Narrow {
      if (bytesASecond < 1) {
        throw new IllegalArgumentException(
            "bytesASecond: " + bytesASecond + " (expected: at least 1)");
      }
    }
  }

  /// Resets a connection when more than so many bytes have passed.
  ///
  /// @param back counted in the direction of answers, else of requests
  record Torn(long after, boolean back) implements Weather {}

  /// Ends one direction in good order when more than so many bytes have passed, and leaves the
  /// other.
  ///
  /// @param back the direction of answers, else of requests
  record HalfClosed(long after, boolean back) implements Weather {}
}
