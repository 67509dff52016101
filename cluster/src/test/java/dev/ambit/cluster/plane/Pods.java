package dev.ambit.cluster.plane;

import dev.ambit.cluster.machine.ApiServer;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Pods of one namespace, by kubectl as people use it. A change of one is `/json/pointer=YAML`, and
/// does what `add` of a JSON patch does: sets a member, or inserts an element.
record Pods(ApiServer api, String namespace) {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String BARE =
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: bare, annotations: {}, labels: {} }
      spec:
        containers:
          - name: agent
            image: agent:1
            securityContext: { runAsUser: 7, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
      """;

  /// One as it is after injection.
  static String injected(String... changes) {
    try (var file = Pods.class.getResourceAsStream("injected-pod.yaml")) {
      var bytes = Objects.requireNonNull(file).readAllBytes();
      return changed(new String(bytes, StandardCharsets.UTF_8), changes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// One as it is before, and as nothing but V2 finds fault with: whose denial is told of several
  /// is not said.
  static String bare(String... changes) {
    return changed(BARE, changes);
  }

  /// Applies it with all that the API server checks, but keeps nothing.
  Tried tried(String pod) {
    return applied(pod, "--dry-run=server", "--validate=strict");
  }

  /// Makes it.
  Pods made(String pod) {
    applied(pod).permitted();
    return this;
  }

  /// Any command of kubectl in this namespace.
  Tried kubectl(String... words) {
    var command = new ArrayList<>(List.of("-n", namespace));
    command.addAll(List.of(words));
    return new Tried(api.kubectl(command.toArray(String[]::new)));
  }

  private Tried applied(String pod, String... options) {
    var words = new ArrayList<>(List.of(options));
    words.addAll(List.of("-n", namespace));
    try {
      return new Tried(api.apply(pod, words.toArray(String[]::new)));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String changed(String yaml, String... changes) {
    var patch = JsonNodeFactory.instance.arrayNode();
    for (var change : changes) {
      var at = change.indexOf('=');
      patch
          .addObject()
          .put("op", "add")
          .put("path", change.substring(0, at))
          .set("value", YAML.readTree(change.substring(at + 1)));
    }
    return JsonPatch.apply(patch, YAML.readTree(yaml)).toString();
  }
}
