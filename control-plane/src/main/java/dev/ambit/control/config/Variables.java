package dev.ambit.control.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The environment of a program, read setting by setting. What is wrong is noted, and answered with
/// something of the right type: who asks goes on, and looks at [#problems] at the end.
public final class Variables {
  private static final Pattern LISTEN = Pattern.compile("(.+):(\\d{1,5})");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h)");
  private static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
  private static final int PORT_MAX = 65_535;

  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  public Variables(Map<String, String> variables) {
    this.variables = variables;
  }

  /// Everything that is wrong so far, in the order in which it was asked for.
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /// A variable with the program's prefix that means nothing is wrong, too.
  public void refuseUnknown(String prefix, Setting... known) {
    var names = Arrays.stream(known).map(Setting::variable).toList();
    variables.keySet().stream()
        .filter(name -> name.startsWith(prefix) && !names.contains(name))
        .sorted()
        .forEach(name -> problems.add(name + ": unknown (expected: a variable of --help)"));
  }

  public String value(Setting key) {
    return variables.getOrDefault(key.variable(), key.usual());
  }

  /// A value that may not be empty.
  public String required(Setting key) {
    var value = value(key);
    if (value.isEmpty()) {
      problems.add(key.variable() + ": not set (expected: " + key.form() + ")");
    }
    return value;
  }

  public Path path(Setting key) {
    return Path.of(required(key));
  }

  public InetSocketAddress listen(Setting key) {
    var value = value(key);
    var match = LISTEN.matcher(value);
    if (match.matches() && Integer.parseInt(match.group(2)) <= PORT_MAX) {
      var host = match.group(1).replaceAll("^\\[|]$", "");
      var address = new InetSocketAddress(host, Integer.parseInt(match.group(2)));
      if (!address.isUnresolved()) {
        return address;
      }
    }
    refuse(key, value, key.form());
    return new InetSocketAddress(0);
  }

  public Duration duration(Setting key, Duration min, Duration max) {
    var value = value(key);
    var match = DURATION.matcher(value);
    if (match.matches()) {
      var number = Long.parseLong(match.group(1));
      var duration =
          switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
          };
      if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
        return duration;
      }
    }
    refuse(key, value, min.toSeconds() + "s to " + max.toSeconds() + "s");
    return min;
  }

  /// The level of the log is only checked: the log's own configuration uses it.
  public void level(Setting key) {
    if (!LEVELS.contains(value(key))) {
      refuse(key, value(key), key.form());
    }
  }

  /// Access to a cluster as its own programs are told of it; none: that of the pod.
  public Optional<Path> kubeconfig() {
    return Optional.ofNullable(variables.get("KUBECONFIG"))
        .filter(file -> !file.isEmpty())
        .map(Path::of);
  }

  public void refuse(Setting key, String value, String expected) {
    problems.add(key.variable() + ": " + value + " (expected: " + expected + ")");
  }

  /// One line of help for each.
  public static String help(Setting... keys) {
    var text = new StringBuilder();
    for (var key : keys) {
      text.append(
          String.format(Locale.ROOT, "  %-30s %s (%s", key.variable(), key.meaning(), key.form()));
      text.append(key.usual().isEmpty() ? ")\n" : "; default: " + key.usual() + ")\n");
    }
    return text.toString();
  }

  /// The rows of a table in docs/settings.md.
  public static String table(Setting... keys) {
    return Arrays.stream(keys)
        .map(key ->
            "| `"
                + key.variable()
                + "` | "
                + key.meaning()
                + " | "
                + key.form()
                + " | "
                + (key.usual().isEmpty() ? "none" : "`" + key.usual() + "`")
                + " |\n")
        .collect(Collectors.joining());
  }
}
