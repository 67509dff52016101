package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Looks at the namespaces of agents: their NetworkPolicies, and each of their pods.
record NamespaceCheck(KubernetesClient client, Release release) {
  private static final String CHECK = "namespace";

  /// Names of pods that one finding tells.
  private static final int SHOWN_MAX = 5;

  List<Item> look() {
    var namespaces = client.namespaces().withLabel(Release.ENFORCED, "enforced").list().getItems();
    if (namespaces.isEmpty()) {
      return List.of(
          Item.note(
              CHECK,
              "no namespace has the label " + Release.ENFORCED + "=enforced",
              "make one for agents: ambit namespace NS | kubectl apply -f -"));
    }
    var injection = Injection.now(client, release);
    var items = new ArrayList<Item>();
    namespaces.forEach(namespace -> items.addAll(look(namespace, injection)));
    return items;
  }

  private List<Item> look(Namespace namespace, Optional<Injection> injection) {
    var name = namespace.getMetadata().getName();
    var items = new ArrayList<Item>();
    var policies = client.network().v1().networkPolicies().inNamespace(name).list().getItems();
    for (var direction : List.of("Ingress", "Egress")) {
      if (policies.stream().noneMatch(policy -> covers(policy, direction))) {
        items.add(
            Item.wrong(
                CHECK,
                name
                    + " has no NetworkPolicy for "
                    + direction.toLowerCase(java.util.Locale.ROOT)
                    + " of all its pods",
                "apply it: ambit namespace " + name + " | kubectl apply -f -"));
      }
    }
    var pods =
        client.pods().inNamespace(name).list().getItems().stream()
            .filter(pod -> !Pods.over(pod))
            .toList();
    tell(
        items,
        pods,
        pod -> !Pods.injected(pod),
        name + ": pods without a proxy",
        "they are older than the label, or were made while neither webhook nor policies were in force: delete them,"
            + " so that they are made anew");
    tell(
        items,
        pods,
        pod -> Pods.ended(pod, Release.PROXY, PlaneCheck.NO_IDENTITY),
        name + ": pods whose proxy gets no SVID from the SPIRE agent of its node",
        "register the entry of deploy/kubernetes for their ServiceAccount (selectors k8s:ns, k8s:sa and"
            + " k8s:container-name:"
            + Release.PROXY
            + "), and see whether the agent runs on that node");
    tell(
        items,
        pods,
        pod ->
            Pods.injected(pod)
                && !Pods.started(pod, Release.PROXY)
                && !Pods.ended(pod, Release.PROXY, PlaneCheck.NO_IDENTITY),
        name + ": pods whose proxy has not started",
        "see its log: kubectl -n " + name + " logs POD -c " + Release.PROXY);
    injection.ifPresent(present -> skew(items, name, pods, present));
    if (items.isEmpty()) {
      items.add(
          Item.good(
              CHECK,
              name
                  + ": "
                  + pods.size()
                  + " pods, all behind a proxy; policies for both directions"));
    }
    return items;
  }

  private static void skew(List<Item> items, String name, List<Pod> pods, Injection present) {
    var old =
        pods.stream()
            .filter(Pods::injected)
            .filter(pod -> Injection.of(pod).filter(status -> status.isLike(present)).isEmpty())
            .toList();
    if (!old.isEmpty()) {
      items.add(
          Item.note(
              CHECK,
              name
                  + ": pods injected by another version or other settings than "
                  + present.version()
                  + ": "
                  + names(old),
              "they keep their proxy until they are made anew: kubectl -n "
                  + name
                  + " rollout restart"));
    }
  }

  private static void tell(
      List<Item> items, List<Pod> pods, Predicate<Pod> wrong, String what, String advice) {
    var found = pods.stream().filter(wrong).toList();
    if (!found.isEmpty()) {
      items.add(Item.wrong(CHECK, what + ": " + names(found), advice));
    }
  }

  private static String names(List<Pod> pods) {
    var shown =
        String.join(
            ", ", pods.stream().limit(SHOWN_MAX).map(pod -> pod.getMetadata().getName()).toList());
    return pods.size() > SHOWN_MAX ? shown + " and " + (pods.size() - SHOWN_MAX) + " more" : shown;
  }

  /// Whether it holds all pods of its namespace in one direction.
  private static boolean covers(NetworkPolicy policy, String direction) {
    var selector = policy.getSpec().getPodSelector();
    var all =
        selector == null
            || ((selector.getMatchLabels() == null || selector.getMatchLabels().isEmpty())
                && (selector.getMatchExpressions() == null
                    || selector.getMatchExpressions().isEmpty()));
    return all && policy.getSpec().getPolicyTypes().contains(direction);
  }
}
