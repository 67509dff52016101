package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/// Looks at the pod of the control plane: whether it runs, and whether SPIRE gave it an identity.
record PlaneCheck(KubernetesClient client, Release release) {
  /// How the programs end that got no identity from the Workload API.
  static final int NO_IDENTITY = 69;

  private static final String CHECK = "control plane pod";

  List<Item> look() {
    var pods =
        client
            .pods()
            .inNamespace(release.namespace())
            .withLabels(release.selector("control-plane"))
            .list()
            .getItems();
    return pods.isEmpty()
        ? List.of(
            Item.wrong(
                CHECK,
                "there is none of release " + release.name() + " in " + release.namespace(),
                "install the chart, or name the release with --release and --kubernetes-namespace"))
        : pods.stream().map(this::item).toList();
  }

  private Item item(Pod pod) {
    if (Pods.ready(pod)) {
      return Item.good(CHECK, Pods.name(pod) + " is ready, so it has its SVID");
    }
    return Pods.ended(pod, "control-plane", NO_IDENTITY)
        ? Item.wrong(
            CHECK,
            Pods.name(pod) + " gets no SVID from the SPIRE agent of its node",
            "see whether the agent runs there and its socket is spire.socket of the chart, and register the entry"
                + " of deploy/kubernetes for ServiceAccount "
                + release.controlPlane())
        : Item.wrong(
            CHECK,
            Pods.name(pod) + " is not ready",
            "see: kubectl -n "
                + release.namespace()
                + " describe pod "
                + pod.getMetadata().getName());
  }
}
