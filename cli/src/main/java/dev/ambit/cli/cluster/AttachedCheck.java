package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import dev.ambit.proto.v1.AttachedProxy;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// Holds the proxies that a control plane knows against the pods that a cluster has: whether each
/// has the identity of its pod, so that the entries of SPIRE are right.
public record AttachedCheck(KubernetesClient client) {
  private static final String CHECK = "entries";

  /// Everything about identities.
  ///
  /// @param attached as the control plane tells them
  public List<Item> look(List<AttachedProxy> attached) {
    var pods = new HashMap<String, Pod>();
    client
        .pods()
        .inAnyNamespace()
        .withLabel(Release.INJECTED, "true")
        .list()
        .getItems()
        .forEach(pod -> pods.put(Pods.name(pod), pod));
    var items = new ArrayList<Item>();
    for (var proxy : attached) {
      var name = proxy.getNamespace() + "/" + proxy.getPod();
      var pod = pods.remove(name);
      if (pod == null && !proxy.getPod().isEmpty()) {
        items.add(
            Item.note(
                CHECK,
                proxy.getWorkload()
                    + " is attached from "
                    + name
                    + ", where there is no injected pod",
                "it was deleted a moment ago, or its proxy speaks for a pod of another cluster"));
      } else if (pod != null && !proxy.getWorkload().endsWith(identity(pod))) {
        items.add(
            Item.wrong(
                CHECK,
                name
                    + " has the identity "
                    + proxy.getWorkload()
                    + ", not one that ends in "
                    + identity(pod),
                "mend its entry in SPIRE: the ID is made of namespace and ServiceAccount, as in deploy/kubernetes"));
      }
    }
    pods.values().stream()
        .filter(pod -> !Pods.over(pod) && Pods.started(pod, Release.PROXY))
        .forEach(pod ->
            items.add(
                Item.wrong(
                    CHECK,
                    Pods.name(pod) + " runs a proxy that is not attached",
                    "see its log: kubectl -n "
                        + pod.getMetadata().getNamespace()
                        + " logs "
                        + pod.getMetadata().getName()
                        + " -c "
                        + Release.PROXY)));
    if (items.isEmpty()) {
      items.add(Item.good(CHECK, "each attached proxy has the identity of its pod"));
    }
    return items;
  }

  private static String identity(Pod pod) {
    return "/ns/"
        + pod.getMetadata().getNamespace()
        + "/sa/"
        + pod.getSpec().getServiceAccountName();
  }
}
