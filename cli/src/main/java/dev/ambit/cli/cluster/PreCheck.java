package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Looks whether the chart can be installed: the version of the cluster and of its nodes, and what
/// the user may do.
public record PreCheck(Cluster cluster, boolean certManager) {
  /// The first version whose native sidecars are there for good.
  private static final int MINOR_MIN = 33;

  private static final Pattern VERSION = Pattern.compile("v?1\\.([0-9]{1,4})[.+].*");
  private static final String CORE = "";
  private static final String ADMISSION = "admissionregistration.k8s.io";
  private static final String RBAC = "rbac.authorization.k8s.io";

  /// What the chart makes; those of the release's namespace have it.
  private static final List<Right> RIGHTS =
      List.of(
          new Right(CORE, "namespaces", false),
          new Right("apiextensions.k8s.io", "customresourcedefinitions", false),
          new Right(RBAC, "clusterroles", false),
          new Right(RBAC, "clusterrolebindings", false),
          new Right(ADMISSION, "mutatingwebhookconfigurations", false),
          new Right(ADMISSION, "validatingadmissionpolicies", false),
          new Right(ADMISSION, "validatingadmissionpolicybindings", false),
          new Right(CORE, "serviceaccounts", true),
          new Right(CORE, "services", true),
          new Right(CORE, "configmaps", true),
          new Right(CORE, "secrets", true),
          new Right("apps", "deployments", true),
          new Right("apps", "statefulsets", true),
          new Right(RBAC, "roles", true),
          new Right(RBAC, "rolebindings", true),
          new Right("networking.k8s.io", "networkpolicies", true),
          new Right("policy", "poddisruptionbudgets", true));

  /// Something that must be made.
  private record Right(String group, String resource, boolean inNamespace) {}

  public List<Item> look() {
    var client = cluster.client();
    var items = new ArrayList<Item>();
    items.add(version(client));
    items.addAll(nodes(client));
    items.add(rights(client));
    if (certManager) {
      items.add(certManager(client));
    }
    return items;
  }

  private Item version(KubernetesClient client) {
    var found = cluster.ask("to tell its version", client::getKubernetesVersion).getGitVersion();
    return minor(found).filter(minor -> minor >= MINOR_MIN).isPresent()
        ? Item.good("version", "the API server is " + found)
        : Item.wrong(
            "version",
            "the API server is " + found,
            "the chart needs Kubernetes 1.33 or later, for native sidecars and admission policies");
  }

  private List<Item> nodes(KubernetesClient client) {
    try {
      var old =
          client.nodes().list().getItems().stream()
              .filter(node ->
                  minor(node.getStatus().getNodeInfo().getKubeletVersion())
                      .filter(minor -> minor >= MINOR_MIN)
                      .isEmpty())
              .map(node -> node.getMetadata().getName())
              .toList();
      return List.of(
          old.isEmpty()
              ? Item.good("nodes", "every kubelet knows native sidecars")
              : Item.wrong(
                  "nodes",
                  "kubelets before 1.33: " + String.join(", ", old),
                  "upgrade them, or keep agents away from them: their proxies would not start first"));
    } catch (KubernetesClientException failed) {
      return List.of(
          Item.note(
              "nodes",
              cluster.sentence("to list nodes", failed),
              "have somebody look who may: every kubelet must be 1.33 or later"));
    }
  }

  private Item rights(KubernetesClient client) {
    var missing =
        RIGHTS.stream().filter(right -> !may(client, right)).map(Right::resource).toList();
    return missing.isEmpty()
        ? Item.good("rights", "the user may create all that the chart consists of")
        : Item.wrong(
            "rights",
            "the user may not create " + String.join(", ", missing),
            "install as one who may, as a cluster's administrator");
  }

  private boolean may(KubernetesClient client, Right right) {
    var asked =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withGroup(right.group())
            .withResource(right.resource())
            .withVerb("create")
            .withNamespace(right.inNamespace() ? cluster.release().namespace() : null)
            .endResourceAttributes()
            .endSpec()
            .build();
    var answered =
        cluster.ask(
            "to ask for its own rights",
            () -> client.authorization().v1().selfSubjectAccessReview().create(asked));
    return answered.getStatus() != null && Boolean.TRUE.equals(answered.getStatus().getAllowed());
  }

  private Item certManager(KubernetesClient client) {
    return cluster.ask("to list its API groups", () -> client.hasApiGroup("cert-manager.io", true))
        ? Item.good("cert-manager", "its resources are there")
        : Item.wrong(
            "cert-manager",
            "its resources are not there",
            "install cert-manager first, or leave the certificates to the webhook: webhook.certificates.mode:"
                + " selfManaged");
  }

  private static Optional<Integer> minor(String version) {
    var match = VERSION.matcher(version);
    return match.matches() ? Optional.of(Integer.parseInt(match.group(1))) : Optional.empty();
  }
}
