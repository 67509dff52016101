package dev.ambit.control.kubernetes;

import dev.ambit.control.publish.Place;
import dev.ambit.control.publish.PodGate;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Lets a proxy in only from a pod that the API server knows by this UID, whose service account
/// makes it who it is, and whose address it calls from; then opens the session that the pod's
/// annotation asks for, so that it is in the proxy's first snapshot.
public final class PodArrivals implements PodGate {
  private final Pods pods;
  private final PodSessions sessions;

  public PodArrivals(Pods pods, PodSessions sessions) {
    this.pods = pods;
    this.sessions = sessions;
  }

  @Override
  public Verdict arrive(
      String workload, Optional<dev.ambit.proto.v1.Pod> claimed, InetAddress peer) {
    if (claimed.isEmpty()) {
      return new Verdict.Refused("hello.pod: none (expected: the pod that the proxy runs in)");
    }
    try {
      return arrive(workload, claimed.get(), peer);
    } catch (KubernetesClientException _) {
      return new Verdict.Unavailable(
          "kubernetes: the API server does not say which pods there are (expected: an answer)");
    }
  }

  private Verdict arrive(String workload, dev.ambit.proto.v1.Pod claimed, InetAddress peer) {
    // What was heard of may be older than the pod's address.
    var pod =
        pods.byUid(claimed.getUid())
            .filter(known -> hasAddress(known, peer))
            .or(() -> pods.ask(claimed.getNamespace(), claimed.getName()));
    if (pod.isEmpty() || !isClaimed(pod.get(), claimed)) {
      return new Verdict.Refused(
          "hello.pod: "
              + claimed.getNamespace()
              + "/"
              + claimed.getName()
              + " of UID "
              + claimed.getUid()
              + " (expected: a pod that the API server knows)");
    }
    return judge(workload, pod.get(), peer);
  }

  private Verdict judge(String workload, Pod pod, InetAddress peer) {
    var expected = pods.workload(pod);
    if (!expected.equals(workload)) {
      return new Verdict.Refused("hello.pod: of " + expected + " (expected: of " + workload + ")");
    }
    if (Pods.life(pod) != Pods.Life.LIVES) {
      return new Verdict.Refused("hello.pod: ended (expected: one that runs)");
    }
    if (pod.getStatus() == null || pod.getStatus().getPodIPs().isEmpty()) {
      return new Verdict.Unavailable("hello.pod: no address yet (expected: one, in a moment)");
    }
    if (!hasAddress(pod, peer)) {
      return new Verdict.Refused(
          "hello.pod: calls from "
              + peer.getHostAddress()
              + " (expected: an address of the pod, "
              + String.join(", ", addresses(pod))
              + ")");
    }
    return sessions
        .open(pod, workload)
        .<Verdict>map(Verdict.Refused::new)
        .orElseGet(() ->
            new Verdict.Admitted(
                new Place(
                    pod.getMetadata().getUid(),
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getName())));
  }

  private static boolean isClaimed(Pod pod, dev.ambit.proto.v1.Pod claimed) {
    var metadata = pod.getMetadata();
    return metadata.getUid().equals(claimed.getUid())
        && metadata.getNamespace().equals(claimed.getNamespace())
        && metadata.getName().equals(claimed.getName());
  }

  private static boolean hasAddress(Pod pod, InetAddress peer) {
    return addresses(pod).stream().anyMatch(address -> InetAddress.ofLiteral(address).equals(peer));
  }

  private static List<String> addresses(Pod pod) {
    return pod.getStatus() == null
        ? List.of()
        : pod.getStatus().getPodIPs().stream().map(each -> each.getIp()).toList();
  }
}
