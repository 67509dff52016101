package dev.ambit.proxy.model;

import dev.ambit.envelope.HeaderField;
import dev.ambit.envelope.Parsed;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The deadline that a gRPC client names: at most eight digits and a unit (gRPC over HTTP/2).
public final class GrpcTimeout {
  public static final String NAME = "grpc-timeout";

  private static final int DIGITS_MAX = 8;

  private GrpcTimeout() {}

  /// Of these fields, null when none is named. There is at most one, and it is well formed.
  public static @Nullable Duration of(List<? extends HeaderField> fields) {
    for (var field : fields) {
      if (NAME.contentEquals(field.name())) {
        return parse(field.value()).orThrow();
      }
    }
    return null;
  }

  public static Parsed<Duration> parse(CharSequence text) {
    int digits = text.length() - 1;
    boolean plain =
        digits >= 1
            && digits <= DIGITS_MAX
            && text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9');
    var unit = plain ? unit(text.charAt(digits)) : null;
    return unit == null
        ? Parsed.malformed("grpc-timeout: not one (expected: 1 to 8 digits and H, M, S, m, u or n)")
        : Parsed.ok(Duration.of(Integer.parseInt(text, 0, digits, 10), unit));
  }

  private static @Nullable ChronoUnit unit(char letter) {
    return switch (letter) {
      case 'H' -> ChronoUnit.HOURS;
      case 'M' -> ChronoUnit.MINUTES;
      case 'S' -> ChronoUnit.SECONDS;
      case 'm' -> ChronoUnit.MILLIS;
      case 'u' -> ChronoUnit.MICROS;
      case 'n' -> ChronoUnit.NANOS;
      default -> null;
    };
  }
}
