package dev.ambit.bench.origin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.Locale;

/// An event of fixed length that says when it was written, by this process's monotonic clock.
public final class Event {
  /// Bytes of one event, its blank line included.
  public static final int BYTES = 96;

  private static final String BEFORE = "data: ";
  private static final int DIGITS = 19;
  private static final String AFTER =
      " " + "x".repeat(BYTES - BEFORE.length() - DIGITS - 3) + "\n\n";

  private Event() {}

  static byte[] at(long nanos) {
    return (BEFORE + String.format(Locale.ROOT, "%0" + DIGITS + "d", nanos) + AFTER)
        .getBytes(US_ASCII);
  }

  /// Reads the time out of an event that begins at `index`.
  public static long writtenAt(ByteBuf bytes, int index) {
    var nanos = 0L;
    for (var i = 0; i < DIGITS; i++) {
      nanos = nanos * 10 + (bytes.getByte(index + BEFORE.length() + i) - '0');
    }
    return nanos;
  }
}
