package dev.ambit.cli.cluster;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.util.Map;
import java.util.regex.Pattern;

/// One installation of the chart, and how it names what it consists of.
public record Release(String namespace, String name) {
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

  /// Checks both.
  static Release of(String namespace, String name) {
    return new Release(label("--kubernetes-namespace", namespace), label("--release", name));
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

  String full() {
    return name.contains("ambit") ? name : name + "-ambit";
  }

  String controlPlane() {
    return full() + "-control-plane";
  }

  String webhook() {
    return full() + "-webhook";
  }

  /// The webhook configuration, and the ConfigMap of what is injected.
  String injection() {
    return full() + "-injection";
  }

  String webhookAuthority() {
    return full() + "-webhook-ca";
  }

  /// The ConfigMap that says how the control plane is known.
  String access() {
    return full() + "-access";
  }

  /// The ServiceAccount that people ask as.
  String operator() {
    return full() + "-operator";
  }

  /// Labels of a pod of one component.
  Map<String, String> selector(String component) {
    return Map.of("app.kubernetes.io/instance", name, "app.kubernetes.io/component", component);
  }
}
