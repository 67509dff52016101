package dev.ambit.cli;

import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Lengths of time as people write them: `90s`, `10m`, `1h30m`; from 1 s to 366 days.
public final class Durations implements ITypeConverter<Duration> {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\d{1,4})d)?(?:(\\d{1,5})h)?(?:(\\d{1,6})m)?(?:(\\d{1,8})s)?");
  private static final Duration MAX = Duration.ofDays(366);

  @Override
  public Duration convert(String text) {
    var parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw refused(text);
    }
    var length =
        Duration.ofDays(number(parts.group(1)))
            .plusHours(number(parts.group(2)))
            .plusMinutes(number(parts.group(3)))
            .plusSeconds(number(parts.group(4)));
    if (length.isZero() || length.compareTo(MAX) > 0) {
      throw refused(text);
    }
    return length;
  }

  /// The same form back, for tables.
  public static String show(Duration length) {
    var shown = new StringBuilder();
    append(shown, length.toDays(), "d");
    append(shown, length.toHoursPart(), "h");
    append(shown, length.toMinutesPart(), "m");
    append(shown, length.toSecondsPart(), "s");
    return shown.isEmpty() ? "0s" : shown.toString();
  }

  private static void append(StringBuilder shown, long count, String unit) {
    if (count > 0) {
      shown.append(count).append(unit);
    }
  }

  private static long number(@org.jspecify.annotations.Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static TypeConversionException refused(String text) {
    return new TypeConversionException(
        "'"
            + text
            + "' is no length of time (expected: for example 90s, 10m or 1h30m, from 1s to 366d)");
  }
}
