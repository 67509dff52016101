package dev.ambit.bench.subject;

import java.util.Locale;
import java.util.Map;

/// The environment of a subject: ours without what would change a proxy, and a few more.
record ProcessEnvironment(Map<String, String> more) {
  static final ProcessEnvironment PLAIN = new ProcessEnvironment(Map.of());

  ProcessEnvironment {
    more = Map.copyOf(more);
  }

  void apply(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(name ->
            name.startsWith("AMBIT_PROXY_")
                || name.equals("JAVA_TOOL_OPTIONS")
                || name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    environment.putAll(more);
  }
}
