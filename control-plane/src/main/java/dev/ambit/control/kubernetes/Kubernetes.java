package dev.ambit.control.kubernetes;

import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.resources.ResourceSource;
import dev.ambit.control.store.PodSessionTable;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The cluster that the control plane runs in, as its parts see it: made in the order of a start,
/// closed as a whole.
public final class Kubernetes implements AutoCloseable {
  private final KubernetesClient client;
  private final String namespace;
  private final InstantSource clock;
  private final ClusterResources resources;
  private final ResourceStatus status;
  private @Nullable Pods pods;

  private Kubernetes(KubernetesClient client, String namespace, Path files, InstantSource clock) {
    this.client = client;
    this.namespace = namespace;
    this.clock = clock;
    this.resources = ClusterResources.follow(client, namespace, files);
    this.status = new ResourceStatus(client, namespace, resources, clock);
  }

  /// Begins to follow the resources, and waits a while until they were read.
  ///
  /// @param files folder of the files that resources name
  public static Kubernetes open(
      KubernetesClient client, String namespace, Path files, Duration patience, InstantSource clock)
      throws InterruptedException {
    var kubernetes = new Kubernetes(client, namespace, files, clock);
    kubernetes.resources.awaitRead(patience);
    return kubernetes;
  }

  /// The client of all. Thread-safe; closed with this.
  public KubernetesClient client() {
    return client;
  }

  /// Where resources come from.
  public ResourceSource resources() {
    return resources;
  }

  /// Writes at resources what has become of them. Called once a second by one thread; blocks.
  public void tick() {
    status.tick();
  }

  /// Begins to follow pods. Called once.
  public Pods pods(AgentId agentId) {
    var followed = Pods.follow(client, agentId);
    pods = followed;
    return followed;
  }

  /// What opens and ends the sessions of pods.
  public PodSessions sessions(Pods pods, Sessions sessions, PodSessionTable table) {
    return new PodSessions(
        client, pods, sessions, table, new PodEvents(client, namespace + "/control-plane", clock));
  }

  @Override
  public void close() {
    if (pods != null) {
      pods.close();
    }
    resources.close();
    client.close();
  }
}
