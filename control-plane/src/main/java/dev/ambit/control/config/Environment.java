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
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Reads the settings from the environment: once, everything that is wrong at once, and a variable
/// with our prefix that means nothing is wrong too.
public final class Environment {
  /// Exit code for settings or resources that cannot be used (EX_USAGE).
  public static final int EXIT_USAGE = 64;

  private static final Pattern LISTEN = Pattern.compile("(.+):(\\d{1,5})");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h)");
  private static final int PORT_MAX = 65_535;
  private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  private Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  /// Reads all or says all that is wrong.
  public static Result read(Map<String, String> variables) {
    return new Environment(variables).read();
  }

  /// What may be set, one line each.
  public static String help() {
    return Arrays.stream(Key.values())
        .map(key ->
            String.format(
                Locale.ROOT,
                "  %-30s %-14s %s",
                key.variable(),
                key.usual().isEmpty() ? "-" : key.usual(),
                key.meaning()))
        .collect(
            Collectors.joining(
                "\n",
                "The control plane is configured by environment variables (name, default,"
                    + " meaning):\n\n",
                "\n"));
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
              + " (expected: ERROR, WARN, INFO, DEBUG or TRACE)");
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
            peers,
            patience));
  }

  private String value(Key key) {
    return variables.getOrDefault(key.variable(), key.usual());
  }

  private Path path(Key key) {
    var value = value(key);
    if (value.isEmpty()) {
      problems.add(key.variable() + ": not set (expected: " + key.meaning() + ")");
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
    problems.add(key.variable() + ": " + value + " (expected: address:port)");
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
