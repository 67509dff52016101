package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Looks at a release in its cluster, as far as the kubeconfig's user may see it.
public record ClusterCheck(Cluster cluster, InstantSource clock) {
  /// Everything that does not need the control plane to answer.
  public List<Item> look() {
    var client = cluster.client();
    var release = cluster.release();
    var items = new ArrayList<Item>();
    see("control plane pod", items, () -> new PlaneCheck(client, release).look());
    see("webhook", items, () -> new WebhookCheck(client, release, clock.instant()).look());
    see("policies", items, () -> new PolicyCheck(client, release).look());
    see("injection", items, () -> new ModeCheck(client, release).look());
    see("namespaces", items, () -> new NamespaceCheck(client, release).look());
    return List.copyOf(items);
  }

  /// Who may not see something is told so: that is no finding about the cluster.
  private void see(String what, List<Item> items, Supplier<List<Item>> look) {
    try {
      items.addAll(look.get());
    } catch (KubernetesClientException failed) {
      var sentence = cluster.sentence("to look at it", failed);
      items.add(
          failed.getCode() == Cluster.FORBIDDEN
              ? Item.note(what, sentence, "ask with a user who may read the whole cluster")
              : Item.wrong(what, sentence, "see whether the API server answers kubectl"));
    }
  }
}
