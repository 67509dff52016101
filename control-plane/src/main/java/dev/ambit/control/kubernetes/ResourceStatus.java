package dev.ambit.control.kubernetes;

import dev.ambit.resources.Finding;
import dev.ambit.resources.Reading;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes at each resource of the cluster what has become of it: `Accepted`, whether it reads well,
/// and `InForce`, whether the set that it belongs to does. [#tick] is called by one thread; blocks.
public final class ResourceStatus {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceStatus.class);
  private static final int FINDINGS_MAX = 8;
  private static final int MESSAGE_MAX = 4_096;

  private final KubernetesClient client;
  private final String namespace;
  private final ClusterResources resources;
  private final InstantSource clock;
  private final KubernetesSerialization json = new KubernetesSerialization();

  public ResourceStatus(
      KubernetesClient client, String namespace, ClusterResources resources, InstantSource clock) {
    this.client = client;
    this.namespace = namespace;
    this.resources = resources;
    this.clock = clock;
  }

  /// Writes where something else stands, of what the last reading has seen.
  public void tick() {
    var last = resources.last();
    resources.all().filter(last::covers).toList().forEach(each -> write(each, last.reading()));
  }

  private void write(GenericKubernetesResource resource, Reading last) {
    var generation = resource.getMetadata().getGeneration();
    var before = conditions(resource);
    var now = new ArrayList<Map<String, Object>>();
    for (var verdict : verdicts(ClusterResources.name(resource), last)) {
      now.add(condition(verdict, generation, before));
    }
    if (now.equals(before)) {
      return;
    }
    var patch =
        json.asJson(Map.of("status", Map.of("observedGeneration", generation, "conditions", now)));
    try {
      var _ =
          client
              .genericKubernetesResources(kind(resource).context())
              .inNamespace(namespace)
              .withName(resource.getMetadata().getName())
              .subresource("status")
              .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (KubernetesClientException failure) {
      LOG.warn(
          "kubernetes: the status of {} is not written, tried again: {}",
          ClusterResources.name(resource),
          failure.getMessage());
    }
  }

  private static List<Verdict> verdicts(String name, Reading last) {
    if (last instanceof Reading.Broken(var findings)) {
      var own = findings.stream().filter(finding -> finding.file().equals(name)).toList();
      var others =
          findings.stream()
              .map(Finding::file)
              .filter(file -> !file.equals(name))
              .distinct()
              .limit(FINDINGS_MAX)
              .collect(Collectors.joining(", "));
      return List.of(
          own.isEmpty()
              ? new Verdict("Accepted", true, "Accepted", "it reads well")
              : new Verdict("Accepted", false, "Invalid", text(own)),
          new Verdict(
              "InForce",
              false,
              "SetRefused",
              "the last good set stays in force (expected: all of them read well; now not "
                  + (own.isEmpty() ? others : name)
                  + ")"));
    }
    return List.of(
        new Verdict("Accepted", true, "Accepted", "it reads well"),
        new Verdict("InForce", true, "InForce", "sessions are opened by it"));
  }

  private static String text(List<Finding> findings) {
    var text =
        findings.stream()
            .limit(FINDINGS_MAX)
            .map(finding -> finding.key() + ": " + finding.message())
            .collect(Collectors.joining("\n"));
    return text.length() <= MESSAGE_MAX ? text : text.substring(0, MESSAGE_MAX);
  }

  private Map<String, Object> condition(
      Verdict verdict, long generation, List<Map<String, Object>> before) {
    var status = verdict.holds ? "True" : "False";
    var since =
        before.stream()
            .filter(old -> verdict.type.equals(old.get("type")) && status.equals(old.get("status")))
            .map(old -> String.valueOf(old.get("lastTransitionTime")))
            .findFirst()
            .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    // As the API server gives it back: the comparison with what stands there is by value.
    return Map.of(
        "type",
        verdict.type,
        "status",
        status,
        "observedGeneration",
        (int) generation,
        "lastTransitionTime",
        since,
        "reason",
        verdict.reason,
        "message",
        verdict.message);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> conditions(GenericKubernetesResource resource) {
    return resource.getAdditionalProperties().get("status") instanceof Map<?, ?> status
            && status.get("conditions") instanceof List<?> list
        ? (List<Map<String, Object>>) list
        : List.of();
  }

  private static Kind kind(GenericKubernetesResource resource) {
    for (var kind : Kind.values()) {
      if (kind.kind().equals(resource.getKind())) {
        return kind;
      }
    }
    throw new IllegalStateException("kind: " + resource.getKind() + " (expected: one of ours)");
  }

  private record Verdict(String type, boolean holds, String reason, String message) {}
}
