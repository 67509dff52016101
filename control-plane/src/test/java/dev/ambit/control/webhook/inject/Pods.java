package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings;
import dev.ambit.resources.InjectionSettings.Images;
import dev.ambit.resources.InjectionSettings.Mode;
import dev.ambit.resources.InjectionSettings.Needs;
import dev.ambit.resources.InjectionSettings.Profile;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Pods as the API server asks about them, and injection settings.
final class Pods {
  static final Path FOLDER =
      Path.of("src/test/resources/dev/ambit/control/webhook/inject").toAbsolutePath();

  private Pods() {}

  static InjectionSettings settings(Mode mode) {
    return new InjectionSettings(
        "0.1.0",
        mode,
        new Images("ambit-proxy:0.1.0", "ambit-redirect:0.1.0", "IfNotPresent"),
        "ambit-control-plane.ambit-system.svc:9443",
        "spiffe://example.org/ns/ambit-system/sa/ambit-control-plane",
        "/run/spire/agent-sockets/spire-agent.sock",
        Optional.empty(),
        false,
        new Needs(Map.of("cpu", "10m", "memory", "32Mi"), Map.of("memory", "32Mi")),
        Map.of(
            "default",
            new Profile(
                1_000,
                "small",
                new Needs(Map.of("cpu", "50m", "memory", "128Mi"), Map.of("memory", "256Mi"))),
            "busy",
            new Profile(
                2_000,
                "fast",
                new Needs(Map.of("cpu", "1", "memory", "256Mi"), Map.of("memory", "256Mi")))),
        "0123456789abcdef");
  }

  /// One of the files, without the ending.
  static ObjectNode read(String name) {
    try {
      return parse(Files.readString(FOLDER.resolve(name + ".json")));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  static ObjectNode parse(String json) {
    return (ObjectNode) JsonMapper.shared().readTree(json);
  }

  /// A plain pod with one container `app`, changed.
  static ObjectNode plain(Consumer<ObjectNode> change) {
    var pod =
        parse(
            """
            {"apiVersion": "v1", "kind": "Pod",
             "metadata": {"generateName": "agent-", "labels": {"app": "agent"}},
             "spec": {"containers": [{"name": "app", "image": "agent:1"}]}}
            """);
    change.accept(pod);
    return pod;
  }

  /// As another implementation of RFC 6902 applies it.
  static ObjectNode patched(ObjectNode pod, Verdict verdict) {
    if (!(verdict instanceof Verdict.Injected(var patch, _))) {
      throw new AssertionError(verdict + " (expected: injected)");
    }
    return (ObjectNode) JsonPatch.apply(patch, pod);
  }
}
