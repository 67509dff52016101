package dev.ambit.control.session;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;

/// Instants and durations to and from `ambit.v1`. Pure.
public final class ProtoTimes {
  private static final int NANOS_MAX = 999_999_999;

  /// What a `google.protobuf.Duration` may hold, in seconds: 10,000 years.
  private static final long SECONDS_MAX = 315_576_000_000L;

  private ProtoTimes() {}

  public static Timestamp of(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /// A negative duration becomes zero.
  public static Duration of(java.time.Duration duration) {
    return duration.isNegative()
        ? Duration.getDefaultInstance()
        : Duration.newBuilder()
            .setSeconds(duration.getSeconds())
            .setNanos(duration.getNano())
            .build();
  }

  /// Refuses what is no duration or negative, naming `field`.
  public static java.time.Duration read(String field, Duration duration) {
    var nanos = duration.getNanos();
    var seconds = duration.getSeconds();
    if (seconds < 0 || seconds > SECONDS_MAX || nanos < 0 || nanos > NANOS_MAX) {
      throw new IllegalArgumentException(
          field + ": " + seconds + "s " + nanos + "ns (expected: a duration, not negative)");
    }
    return java.time.Duration.ofSeconds(seconds, nanos);
  }
}
