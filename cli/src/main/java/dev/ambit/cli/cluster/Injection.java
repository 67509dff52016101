package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Json;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the webhook injects at this moment, or injected into a pod.
///
/// @param version of the chart
/// @param config digest of all of it
/// @param mode transparent or explicit
record Injection(String version, String config, String mode) {
  private static final String KEY = "injection.yaml";
  private static final Pattern LINE =
      Pattern.compile("^(version|mode): *[\"']?([A-Za-z0-9._+-]{1,64})[\"']?", Pattern.MULTILINE);

  /// What a new pod gets; empty when the ConfigMap is not there.
  static Optional<Injection> now(KubernetesClient client, Release release) {
    return Optional.ofNullable(
            client
                .configMaps()
                .inNamespace(release.namespace())
                .withName(release.injection())
                .get())
        .map(ConfigMap::getData)
        .map(data -> data.get(KEY))
        .map(Injection::read);
  }

  /// Two of its lines say all that is needed here; the webhook reads it as a whole.
  private static Injection read(String yaml) {
    var version = "";
    var mode = "";
    var lines = LINE.matcher(yaml);
    while (lines.find()) {
      if (lines.group(1).equals("version")) {
        version = lines.group(2);
      } else {
        mode = lines.group(2);
      }
    }
    return new Injection(version, sha256(yaml), mode);
  }

  /// What a pod says was injected into it; empty when it says nothing.
  static Optional<Injection> of(Pod pod) {
    return Optional.ofNullable(Pods.annotations(pod).get(Release.STATUS))
        .flatMap(text -> Json.read(text.getBytes(StandardCharsets.UTF_8)))
        .filter(Map.class::isInstance)
        .map(tree -> (Map<?, ?>) tree)
        .map(
            tree -> new Injection(text(tree, "version"), text(tree, "config"), text(tree, "mode")));
  }

  /// Whether what a pod has is what it would get now. Statuses hold as much of the digest as they
  /// like.
  boolean isLike(Injection present) {
    return version.equals(present.version())
        && !config.isEmpty()
        && present.config().startsWith(config);
  }

  private static String text(Map<?, ?> tree, String key) {
    return tree.get(key) instanceof String text ? text : "";
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }
}
