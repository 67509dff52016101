package dev.ambit.control.config;

import dev.ambit.control.caller.BootstrapToken;
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

/// Reads the settings from the environment: once, everything that is wrong at once, and a variable
/// with our prefix that means nothing is wrong too.
public final class Environment {
  /// Exit code for settings or resources that cannot be used (EX_USAGE).
  public static final int EXIT_USAGE = 64;

  private static final Pattern LISTEN = Pattern.compile("(.+):(\\d{1,5})");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h)");
  private static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
  private static final int PORT_MAX = 65_535;

  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  private Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  /// Reads all or says all that is wrong.
  public static Result read(Map<String, String> variables) {
    return new Environment(variables).read();
  }

  /// What may be set, and how the program ends.
  public static String help() {
    var text = new StringBuilder();
    text.append("Usage: ambit-control   (no arguments; settings are environment variables)\n\n");
    for (var key : Key.values()) {
      text.append(
          String.format(Locale.ROOT, "  %-30s %s (%s", key.variable(), key.meaning(), key.form()));
      text.append(key.usual().isEmpty() ? ")\n" : "; default: " + key.usual() + ")\n");
    }
    return text.append(
            """

            A duration is a number with ms, s, m or h behind it.
            Prints "ready: SPIFFE-ID proxies=PORT workloads=PORT people=PORT admin=PORT" once its ports are open.
            Logs go to stderr. SIGTERM: answers under way may take one second more, then attached proxies get
            the handover lease and no end of a session is acknowledged until the next start; what an issuer is just
            giving out is waited for, up to 45 s, so that it can be revoked; closures go on after the next start.

            Exit codes: 64 wrong settings or resources, 69 no identity from the Workload API,
            71 a file, folder or port cannot be used. On a signal the code is 128 plus its number.
            """)
        .toString();
  }

  /// The rows of the table in docs/settings.md.
  static String table() {
    return Arrays.stream(Key.values())
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

  private Result read() {
    var known = Arrays.stream(Key.values()).map(Key::variable).toList();
    variables.keySet().stream()
        .filter(name -> name.startsWith(Key.PREFIX) && !known.contains(name))
        .sorted()
        .forEach(name -> problems.add(name + ": unknown (expected: a variable of --help)"));
    var proxies = listen(Key.PROXY_LISTEN);
    var workloads = listen(Key.WORKLOAD_LISTEN);
    var people = listen(Key.PEOPLE_LISTEN);
    var admin = listen(Key.ADMIN_LISTEN);
    var socket = path(Key.SPIFFE_SOCKET);
    var database = path(Key.DATABASE);
    var resources = path(Key.RESOURCES);
    var keys = path(Key.KEYS_DIR);
    var access = value(Key.ACCESS_DIR);
    var lease = duration(Key.LEASE, Settings.LEASE_MIN, Settings.LEASE_MAX);
    var handover = duration(Key.HANDOVER, Duration.ZERO, Settings.HANDOVER_MAX);
    var patience = duration(Key.SPIFFE_PATIENCE, Duration.ofSeconds(1), Duration.ofMinutes(10));
    var peers =
        Arrays.stream(value(Key.WORKLOADS).split(",", -1))
            .map(String::strip)
            .filter(pattern -> !pattern.isEmpty())
            .toList();
    peers.stream()
        .filter(pattern -> !pattern.startsWith("spiffe://"))
        .forEach(pattern ->
            problems.add(Key.WORKLOADS.variable() + ": " + pattern + " (expected: spiffe://...)"));
    if (!LEVELS.contains(value(Key.LOG_LEVEL))) {
      problems.add(
          Key.LOG_LEVEL.variable()
              + ": "
              + value(Key.LOG_LEVEL)
              + " (expected: "
              + Key.LOG_LEVEL.form()
              + ")");
    }
    if (!problems.isEmpty()) {
      return new Result.Wrong(problems);
    }
    return new Result.Read(
        new Settings(
            proxies,
            workloads,
            people,
            admin,
            socket,
            database,
            resources,
            keys,
            access.isEmpty() ? Optional.empty() : Optional.of(Path.of(access)),
            Optional.of(BootstrapToken.LIFE),
            lease,
            handover,
            peers,
            patience));
  }

  private String value(Key key) {
    return variables.getOrDefault(key.variable(), key.usual());
  }

  private Path path(Key key) {
    var value = value(key);
    if (value.isEmpty()) {
      problems.add(key.variable() + ": not set (expected: " + key.form() + ")");
    }
    return Path.of(value);
  }

  private InetSocketAddress listen(Key key) {
    var value = value(key);
    var match = LISTEN.matcher(value);
    if (match.matches() && Integer.parseInt(match.group(2)) <= PORT_MAX) {
      var host = match.group(1).replaceAll("^\\[|]$", "");
      var address = new InetSocketAddress(host, Integer.parseInt(match.group(2)));
      if (!address.isUnresolved()) {
        return address;
      }
    }
    problems.add(key.variable() + ": " + value + " (expected: " + key.form() + ")");
    return new InetSocketAddress(0);
  }

  private Duration duration(Key key, Duration min, Duration max) {
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
    problems.add(
        key.variable()
            + ": "
            + value
            + " (expected: "
            + min.toSeconds()
            + "s to "
            + max.toSeconds()
            + "s)");
    return min;
  }

  /// The settings, or everything that is wrong with them.
  public sealed interface Result {
    record Read(Settings settings) implements Result {}

    record Wrong(List<String> problems) implements Result {
      public Wrong {
        problems = List.copyOf(problems);
      }
    }
  }
}
