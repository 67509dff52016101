package dev.ambit.control.config;

import dev.ambit.control.caller.BootstrapToken;
import dev.ambit.control.caller.Operators;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads the settings from the environment: once, everything that is wrong at once, and a variable
/// with our prefix that means nothing is wrong too.
public final class Environment {
  /// Exit code for settings or resources that cannot be used (EX_USAGE).
  public static final int EXIT_USAGE = 64;

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern AUDIENCE = Pattern.compile("[\\x21-\\x7e]{1,253}");
  private static final Pattern ACCOUNT =
      Pattern.compile("kubernetes:[a-z0-9-]{1,63}:[a-z0-9.-]{1,253}");

  private final Variables variables;

  private Environment(Map<String, String> variables) {
    this.variables = new Variables(variables);
  }

  /// Reads all or says all that is wrong.
  public static Result read(Map<String, String> variables) {
    return new Environment(variables).read();
  }

  /// What may be set, and how the program ends.
  public static String help() {
    var text = new StringBuilder();
    text.append(
        """
        Usage: ambit-control [--role=control-plane]   (settings are environment variables)
               ambit-control --role=webhook           (puts the proxy into pods; has a --help of its own)

        """);
    text.append(Variables.help(Key.values()));
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
    return Variables.table(Key.values());
  }

  private Result read() {
    variables.refuseUnknown(Key.PREFIX, Key.values());
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
    var peers = list(Key.WORKLOADS);
    peers.stream()
        .filter(pattern -> !pattern.startsWith("spiffe://"))
        .forEach(pattern -> variables.refuse(Key.WORKLOADS, pattern, "spiffe://..."));
    var kubernetes = kubernetes();
    variables.level(Key.LOG_LEVEL);
    if (!variables.problems().isEmpty()) {
      return new Result.Wrong(variables.problems());
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
            patience,
            kubernetes));
  }

  /// What is said of a cluster where there is none is looked at, too.
  private Optional<Settings.Kubernetes> kubernetes() {
    var on = value(Key.KUBERNETES).equals("on");
    if (!on && !value(Key.KUBERNETES).equals("off")) {
      wrong(Key.KUBERNETES);
    }
    var namespace = value(Key.KUBERNETES_NAMESPACE);
    if (on ? !NAME.matcher(namespace).matches() : !namespace.isEmpty()) {
      variables.refuse(
          Key.KUBERNETES_NAMESPACE,
          namespace.isEmpty() ? "not set" : namespace,
          on ? "the name of a namespace" : "not set while AMBIT_CONTROL_KUBERNETES is off");
    }
    if (!NAME.matcher(value(Key.KUBERNETES_ACCESS)).matches()) {
      wrong(Key.KUBERNETES_ACCESS);
    }
    if (!AUDIENCE.matcher(value(Key.TOKEN_AUDIENCE)).matches()) {
      wrong(Key.TOKEN_AUDIENCE);
    }
    var operators = list(Key.OPERATORS);
    operators.stream()
        .filter(operator -> operator.startsWith(Operators.SCHEME))
        .filter(operator -> !ACCOUNT.matcher(operator).matches())
        .forEach(operator ->
            variables.refuse(Key.OPERATORS, operator, "kubernetes:NAMESPACE:SERVICEACCOUNT"));
    return on
        ? Optional.of(
            new Settings.Kubernetes(
                namespace,
                value(Key.KUBERNETES_ACCESS),
                value(Key.TOKEN_AUDIENCE),
                operators,
                agentId(),
                variables.kubeconfig()))
        : Optional.empty();
  }

  private Optional<String> agentId() {
    var pattern = value(Key.AGENT_ID);
    if (!pattern.isEmpty()
        && !(pattern.startsWith("spiffe://")
            && pattern.contains("{namespace}")
            && pattern.contains("{service_account}"))) {
      wrong(Key.AGENT_ID);
    }
    return pattern.isEmpty() ? Optional.empty() : Optional.of(pattern);
  }

  private void wrong(Key key) {
    variables.refuse(key, value(key), key.form());
  }

  private List<String> list(Key key) {
    return Arrays.stream(value(key).split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private String value(Key key) {
    return variables.value(key);
  }

  private Path path(Key key) {
    return variables.path(key);
  }

  private InetSocketAddress listen(Key key) {
    return variables.listen(key);
  }

  private Duration duration(Key key, Duration min, Duration max) {
    return variables.duration(key, min, max);
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
