package dev.ambit.control.kubernetes;

import dev.ambit.control.lifecycle.KnownPods;
import dev.ambit.control.lifecycle.Refusal;
import dev.ambit.control.session.Seat;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The injected pods of the cluster, followed from the API server. What is not known yet is asked
/// for. Thread-safe.
public final class Pods implements KnownPods, AutoCloseable {
  static final String INJECTED = "ambit.dev/injected";

  private static final Logger LOG = LoggerFactory.getLogger(Pods.class);
  private static final String BY_UID = "uid";
  private static final String BY_WORKLOAD = "workload";

  private final KubernetesClient client;
  private final AgentId agentId;
  private final SharedIndexInformer<Pod> followed;

  private Pods(KubernetesClient client, AgentId agentId) {
    this.client = client;
    this.agentId = agentId;
    this.followed = client.pods().inAnyNamespace().withLabel(INJECTED, "true").runnableInformer(0);
  }

  /// Begins to follow. Whoever cannot be reached is tried again for as long as this is open.
  public static Pods follow(KubernetesClient client, AgentId agentId) {
    var pods = new Pods(client, agentId);
    pods.followed.addIndexers(
        Map.of(
            BY_UID, pod -> List.of(pod.getMetadata().getUid()),
            BY_WORKLOAD, pod -> List.of(agentId.of(pod))));
    pods.followed.exceptionHandler((started, failure) -> {
      LOG.warn("kubernetes: pods cannot be followed, tried again: {}", failure.getMessage());
      return true;
    });
    var _ = pods.followed.start();
    return pods;
  }

  /// Who the proxy of a pod must be.
  String workload(Pod pod) {
    return agentId.of(pod);
  }

  /// The pod with this UID, as it was last heard of.
  Optional<Pod> byUid(String uid) {
    return followed.getIndexer().byIndex(BY_UID, uid).stream().findFirst();
  }

  /// The pod of this name as the API server knows it now. Throws [KubernetesClientException] when
  /// it does not answer.
  Optional<Pod> ask(String namespace, String name) {
    return Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get());
  }

  /// What has become of a pod.
  Life life(String uid, String namespace, String name) {
    var known = byUid(uid);
    if (known.isPresent()) {
      return life(known.get());
    }
    try {
      return ask(namespace, name)
          .filter(pod -> pod.getMetadata().getUid().equals(uid))
          .map(Pods::life)
          .orElse(Life.GONE);
    } catch (KubernetesClientException failure) {
      LOG.warn("kubernetes: {}/{} cannot be asked for: {}", namespace, name, failure.getMessage());
      return Life.UNKNOWN;
    }
  }

  static Life life(Pod pod) {
    var phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return switch (phase) {
      case "Succeeded" -> Life.SUCCEEDED;
      case "Failed" -> Life.FAILED;
      case null, default -> Life.LIVES;
    };
  }

  @Override
  public Optional<Refusal> unusable(Seat seat) {
    var pod = byUid(seat.pod());
    if (pod.isEmpty()) {
      return unusable(seat, "the UID of a pod with the label " + INJECTED);
    }
    if (life(pod.get()) != Life.LIVES) {
      return unusable(seat, "a pod that has not ended");
    }
    var actual = agentId.of(pod.get());
    return actual.equals(seat.workload())
        ? Optional.empty()
        : unusable(seat, "a pod of " + seat.workload() + ", not of " + actual);
  }

  private static Optional<Refusal> unusable(Seat seat, String expected) {
    return Optional.of(Refusal.of(Refusal.Kind.INVALID, "workload.pod_uid", seat.pod(), expected));
  }

  @Override
  public boolean anyLives(Seat seat) {
    return followed.getIndexer().byIndex(BY_WORKLOAD, seat.workload()).stream()
        .filter(pod -> seat.pod().isEmpty() || seat.pod().equals(pod.getMetadata().getUid()))
        .anyMatch(pod -> life(pod) == Life.LIVES);
  }

  @Override
  public void close() {
    followed.stop();
  }

  /// What has become of a pod.
  enum Life {
    LIVES,
    SUCCEEDED,
    FAILED,
    /// There is none of this UID any more.
    GONE,
    /// The API server does not answer.
    UNKNOWN
  }
}
