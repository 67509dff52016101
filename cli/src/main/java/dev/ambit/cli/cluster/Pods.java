package dev.ambit.cli.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// What a pod says of itself. Pure.
final class Pods {
  private Pods() {}

  static boolean ready(Pod pod) {
    return !over(pod)
        && pod.getMetadata().getDeletionTimestamp() == null
        && pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(one -> "Ready".equals(one.getType()) && "True".equals(one.getStatus()));
  }

  /// Whether it has ended, whichever way.
  static boolean over(Pod pod) {
    return pod.getStatus() != null
        && List.of("Succeeded", "Failed").contains(String.valueOf(pod.getStatus().getPhase()));
  }

  /// Whether the proxy runs beside its containers, and it was the webhook that put it there.
  static boolean injected(Pod pod) {
    return "true".equals(labels(pod).get(Release.INJECTED))
        && pod.getSpec().getInitContainers().stream()
            .map(Container::getName)
            .anyMatch(Release.PROXY::equals);
  }

  /// Whether a container ended with this code the last time it ended, and does not run now.
  static boolean ended(Pod pod, String container, int code) {
    return statuses(pod)
        .filter(status -> container.equals(status.getName()))
        .filter(status -> status.getState() == null || status.getState().getRunning() == null)
        .flatMap(status -> Stream.of(status.getState(), status.getLastState()))
        .filter(Objects::nonNull)
        .map(ContainerState::getTerminated)
        .filter(Objects::nonNull)
        .anyMatch(terminated -> Objects.equals(terminated.getExitCode(), code));
  }

  /// Whether a container runs and has passed its startup probe.
  static boolean started(Pod pod, String container) {
    return statuses(pod)
        .filter(status -> container.equals(status.getName()))
        .anyMatch(status -> Boolean.TRUE.equals(status.getStarted()));
  }

  private static Stream<ContainerStatus> statuses(Pod pod) {
    return pod.getStatus() == null
        ? Stream.empty()
        : Stream.concat(
            pod.getStatus().getInitContainerStatuses().stream(),
            pod.getStatus().getContainerStatuses().stream());
  }

  static Map<String, String> labels(Pod pod) {
    return pod.getMetadata().getLabels() == null ? Map.of() : pod.getMetadata().getLabels();
  }

  static Map<String, String> annotations(Pod pod) {
    return pod.getMetadata().getAnnotations() == null
        ? Map.of()
        : pod.getMetadata().getAnnotations();
  }

  /// As kubectl shows it with its namespace.
  static String name(Pod pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }
}
