package dev.ambit.resources;

import java.util.Optional;
import java.util.regex.Pattern;

/// A ServiceAccount of a cluster that may open sessions, `kubernetes:NAMESPACE:NAME`, or every one
/// of a namespace and what acts for its pods, `kubernetes:NAMESPACE`. Callers are named in the same
/// way.
record KubernetesOpener(String text) {
  static final String SCHEME = "kubernetes:";

  /// A DNS label (RFC 1123), and names of some of them by dots, as Kubernetes takes for each.
  private static final Pattern FORM =
      Pattern.compile(
          "kubernetes:(?=[^:]{1,63}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?"
              + "(:(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?");

  static Optional<KubernetesOpener> parse(String text) {
    return FORM.matcher(text).matches()
        ? Optional.of(new KubernetesOpener(text))
        : Optional.empty();
  }

  /// A name goes on behind a colon, which no namespace has in it.
  boolean matches(String caller) {
    return caller.equals(text) || (isNamespace() && caller.startsWith(text + ":"));
  }

  private boolean isNamespace() {
    return text.indexOf(':', SCHEME.length()) < 0;
  }
}
