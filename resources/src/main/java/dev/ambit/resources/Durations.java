package dev.ambit.resources;

import java.time.Duration;
import java.util.Optional;

/// Durations as operators write them: a whole number and `s`, `m` or `h`.
final class Durations {
  private Durations() {}

  /// At most six digits, no sign, no leading zero.
  static Optional<Duration> parse(String text) {
    if (!text.matches("[1-9][0-9]{0,5}[smh]")) {
      return Optional.empty();
    }
    var number = Long.parseLong(text.substring(0, text.length() - 1));
    return Optional.of(
        switch (text.charAt(text.length() - 1)) {
          case 'h' -> Duration.ofHours(number);
          case 'm' -> Duration.ofMinutes(number);
          default -> Duration.ofSeconds(number);
        });
  }

  /// In the largest unit that is exact.
  static String print(Duration duration) {
    var seconds = duration.toSeconds();
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
