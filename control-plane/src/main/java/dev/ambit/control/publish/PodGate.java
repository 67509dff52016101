package dev.ambit.control.publish;

import dev.ambit.proto.v1.Pod;
import java.net.InetAddress;
import java.util.Optional;

/// Lets a proxy in only from the pod that it says it runs in, and makes ready what waits for that
/// pod. Called for each Hello, on a virtual thread; blocks.
@FunctionalInterface
public interface PodGate {
  /// Where there is no Kubernetes: everybody comes in, and nobody's word for a pod is believed.
  PodGate OPEN = (workload, claimed, peer) -> new Verdict.Admitted(Place.NONE);

  /// Judges one Hello.
  ///
  /// @param workload SPIFFE ID of the proxy's certificate
  /// @param claimed the pod that the proxy says it runs in
  /// @param peer the address that it calls from
  Verdict arrive(String workload, Optional<Pod> claimed, InetAddress peer);

  /// What becomes of a proxy.
  sealed interface Verdict {
    record Admitted(Place place) implements Verdict {}

    /// It is somebody else, or nobody, and stays so.
    ///
    /// @param why as `field: value (expected: ...)`
    record Refused(String why) implements Verdict {}

    /// Nobody can tell at the moment.
    record Unavailable(String why) implements Verdict {}
  }
}
