package dev.ambit.control.webhook;

import dev.ambit.control.config.Variables;
import dev.ambit.control.webhook.WebhookSettings.Certificates;
import dev.ambit.control.webhook.certificate.SelfManaged;
import dev.ambit.spiffe.x509.SubjectName;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Reads the webhook's settings from the environment: once, and everything that is wrong at once.
public final class WebhookEnvironment {
  private static final Duration LINGER_MAX = Duration.ofSeconds(60);
  private static final int NAMES_MAX = 20;
  private static final String SELF_MANAGED = "self-managed";
  private static final String FILES = "files";

  private final Variables variables;

  private WebhookEnvironment(Map<String, String> variables) {
    this.variables = new Variables(variables);
  }

  /// Reads all or says all that is wrong.
  public static Result read(Map<String, String> variables) {
    return new WebhookEnvironment(variables).read();
  }

  /// What may be set, and how the program ends.
  public static String help() {
    return """
    Usage: ambit-control --role=webhook   (settings are environment variables)

    """
        + Variables.help(WebhookKey.values())
        + """

        A duration is a number with ms, s, m or h behind it.
        Prints "ready: webhook=PORT admin=PORT" once its ports are open; /readyz says when the API server can ask.
        Logs go to stderr. SIGTERM: it says that it is not ready, goes on answering for a while, then stops.

        Exit codes: 64 wrong settings or injection file, 71 a file or port cannot be used. On a signal the code is
        128 plus its number.
        """;
  }

  /// The rows of the table in docs/settings.md.
  static String table() {
    return Variables.table(WebhookKey.values());
  }

  private Result read() {
    variables.refuseUnknown(WebhookKey.PREFIX, WebhookKey.values());
    var listen = variables.listen(WebhookKey.LISTEN);
    var admin = variables.listen(WebhookKey.ADMIN_LISTEN);
    var injection = variables.path(WebhookKey.INJECTION);
    var certificates = certificates();
    var linger = variables.duration(WebhookKey.LINGER, Duration.ZERO, LINGER_MAX);
    variables.level(WebhookKey.LOG_LEVEL);
    return variables.problems().isEmpty()
        ? new Result.Read(new WebhookSettings(listen, admin, injection, certificates, linger))
        : new Result.Wrong(variables.problems());
  }

  private Certificates certificates() {
    var mode = variables.value(WebhookKey.CERTIFICATES);
    if (mode.equals(FILES)) {
      return new Certificates.Files(
          variables.path(WebhookKey.CERTIFICATE), variables.path(WebhookKey.KEY));
    }
    if (!mode.equals(SELF_MANAGED)) {
      variables.refuse(WebhookKey.CERTIFICATES, mode, WebhookKey.CERTIFICATES.form());
    }
    return new Certificates.Own(
        new SelfManaged.Place(
            variables.required(WebhookKey.NAMESPACE),
            variables.required(WebhookKey.SECRET),
            variables.required(WebhookKey.LEASE),
            variables.required(WebhookKey.CONFIGURATION),
            names(variables.required(WebhookKey.SERVICE)),
            variables.required(WebhookKey.REPLICA)),
        variables.kubeconfig());
  }

  private List<SubjectName> names(String text) {
    var names = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    if (names.size() > NAMES_MAX || (!text.isEmpty() && names.contains(""))) {
      variables.refuse(WebhookKey.SERVICE, text, "1 to " + NAMES_MAX + " names");
      return List.of();
    }
    return names.stream().filter(name -> !name.isEmpty()).map(this::name).toList();
  }

  /// Addresses are for API servers that are told a URL.
  private SubjectName name(String name) {
    try {
      return new SubjectName.Ip(InetAddress.ofLiteral(name));
    } catch (IllegalArgumentException _) {
      return dns(name);
    }
  }

  private SubjectName dns(String name) {
    if (!name.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
      variables.refuse(WebhookKey.SERVICE, name, "names of DNS, or addresses");
      return new SubjectName.Dns("invalid");
    }
    return new SubjectName.Dns(name);
  }

  /// The settings, or everything that is wrong with them.
  public sealed interface Result {
    record Read(WebhookSettings settings) implements Result {}

    record Wrong(List<String> problems) implements Result {
      public Wrong {
        problems = List.copyOf(problems);
      }
    }
  }
}
