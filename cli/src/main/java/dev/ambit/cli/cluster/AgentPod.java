package dev.ambit.cli.cluster;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.Map;

/// A pod of an agent, and the one of its containers that is meant.
public final class AgentPod {
  private static final String DEFAULT = "kubectl.kubernetes.io/default-container";
  private static final String CERTIFICATES = "/etc/ssl/certs";

  private final Cluster cluster;
  private final Pod pod;
  private final io.fabric8.kubernetes.api.model.Container container;

  private AgentPod(Cluster cluster, Pod pod, io.fabric8.kubernetes.api.model.Container container) {
    this.cluster = cluster;
    this.pod = pod;
    this.container = container;
  }

  /// Finds it, or says why it cannot be meant.
  ///
  /// @param container empty: the one that kubectl would take
  public static AgentPod find(Cluster cluster, String namespace, String name, String container) {
    var pod =
        cluster.ask(
            "to get pods in " + namespace,
            () -> cluster.client().pods().inNamespace(namespace).withName(name).get());
    if (pod == null) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          "POD: none named " + name + " in " + namespace + "; see: kubectl get pods -A");
    }
    if (!Pods.injected(pod)) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          "POD: "
              + Pods.name(pod)
              + " has no proxy (expected: a pod that was injected); see: ambit check");
    }
    var wanted =
        container.isEmpty()
            ? Pods.annotations(pod)
                .getOrDefault(DEFAULT, pod.getSpec().getContainers().getFirst().getName())
            : container;
    return pod.getSpec().getContainers().stream()
        .filter(one -> wanted.equals(one.getName()))
        .findFirst()
        .map(one -> new AgentPod(cluster, pod, one))
        .orElseThrow(() ->
            new Failure(
                ExitCode.NOT_FOUND, "--container: none named " + wanted + " in " + Pods.name(pod)));
  }

  /// Where its programs run.
  public Inside inside() {
    var where =
        new Container(
            cluster.client(),
            pod.getMetadata().getNamespace(),
            pod.getMetadata().getName(),
            container.getName());
    return words ->
        cluster.ask(
            "to exec into the container " + container.getName() + " of " + Pods.name(pod),
            () -> where.run(words));
  }

  /// What the pod sets in its environment in so many words.
  public Map<String, String> variables() {
    var variables = new LinkedHashMap<String, String>();
    container.getEnv().stream()
        .filter(variable -> variable.getValue() != null)
        .forEach(variable -> variables.put(variable.getName(), variable.getValue()));
    return variables;
  }

  /// Whether what the proxy publishes lies over the system's authorities.
  public boolean overlaid() {
    return container.getVolumeMounts().stream()
        .anyMatch(mount ->
            CERTIFICATES.equals(mount.getMountPath()) && "ambit-trust".equals(mount.getName()));
  }

  /// How the SPIFFE ID of its workload ends.
  public String identity() {
    return "/ns/"
        + pod.getMetadata().getNamespace()
        + "/sa/"
        + pod.getSpec().getServiceAccountName();
  }
}
