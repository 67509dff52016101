package dev.ambit.cli.cluster;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One installation of the chart, and how it names what it consists of.
///
/// @param name as Helm knows it
/// @param full what the names of its parts begin with
public record Release(String namespace, String name, String full) {
  static final String NAMESPACE = "ambit-system";
  static final String NAME = "ambit";

  /// Label of a namespace whose pods are injected and validated.
  static final String ENFORCED = "ambit.dev/injection";

  /// Label of a pod that was injected.
  static final String INJECTED = "ambit.dev/injected";

  /// Annotation of such a pod that says what was done to it.
  static final String STATUS = "ambit.dev/status";

  /// Name of the container beside the agent.
  public static final String PROXY = "ambit-proxy";

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /// The chart cuts them off there.
  private static final int FULL_MAX = 40;

  /// Checks all three.
  ///
  /// @param full null: as the chart makes it of the name, where nothing else is set
  static Release of(String namespace, String name, @Nullable String full) {
    return new Release(
        label("--kubernetes-namespace", namespace),
        label("--release", name),
        full == null ? full(name) : label("--full-name", full));
  }

  private static String full(String name) {
    var whole = name.contains(NAME) ? name : name + "-" + NAME;
    var cut = whole.substring(0, Math.min(whole.length(), FULL_MAX));
    return cut.endsWith("-") ? cut.substring(0, cut.length() - 1) : cut;
  }

  /// A name as a namespace may have one (RFC 1123), or a failure.
  static String label(String field, String text) {
    if (!LABEL.matcher(text).matches()) {
      throw new Failure(
          ExitCode.USAGE,
          field + ": '" + text + "' (expected: lower-case letters, digits and -, at most 63)");
    }
    return text;
  }

  String controlPlane() {
    return full + "-control-plane";
  }

  String webhook() {
    return full + "-webhook";
  }

  /// The webhook configuration, and the ConfigMap of what is injected.
  String injection() {
    return full + "-injection";
  }

  String webhookAuthority() {
    return full + "-webhook-ca";
  }

  /// The ConfigMap that says how the control plane is known.
  String access() {
    return full + "-access";
  }

  /// The ServiceAccount that people ask as.
  String operator() {
    return full + "-operator";
  }

  /// Labels of a pod of one component.
  Map<String, String> selector(String component) {
    return Map.of("app.kubernetes.io/instance", name, "app.kubernetes.io/component", component);
  }
}
