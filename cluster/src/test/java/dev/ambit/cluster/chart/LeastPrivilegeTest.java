package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the release may do in a cluster, to the last verb: more of it is a change of this test.
class LeastPrivilegeTest {
  private final Rendered rendered = Rendered.with();

  @Test
  void theControlPlaneSeesPodsEverywhereAndResourcesInItsOwnNamespace() {
    assertThat(clusterWide("ambit-control-plane"))
        .containsExactly(
            "/pods: get list watch patch",
            "/namespaces: get list watch",
            "batch/jobs: get patch",
            "events.k8s.io/events: create",
            "authentication.k8s.io/tokenreviews: create",
            "authorization.k8s.io/subjectaccessreviews: create");
    assertThat(inItsNamespace("ambit-control-plane"))
        .containsExactly(
            "ambit.dev/targets credentialproviders sessiontemplates policies: get list watch",
            "ambit.dev/targets/status credentialproviders/status sessiontemplates/status"
                + " policies/status: patch update",
            "/configmaps: create",
            "/configmaps[ambit-access]: get patch");
  }

  @Test
  void theWebhookWritesItsAuthorityAndWhoTrustsIt() {
    assertThat(clusterWide("ambit-webhook"))
        .containsExactly(
            "admissionregistration.k8s.io/mutatingwebhookconfigurations[ambit-injection]: get"
                + " patch");
    assertThat(inItsNamespace("ambit-webhook"))
        .containsExactly(
            "/secrets: create",
            "/secrets[ambit-webhook-ca]: get update",
            "coordination.k8s.io/leases: create",
            "coordination.k8s.io/leases[ambit-webhook]: get update patch");
  }

  @Test
  void aWebhookWithACertificateOfOthersMayNothing() {
    var others = Rendered.with("webhook.certificates.mode=certManager");
    assertThat(others.named(Role.class, "ambit-webhook")).isEmpty();
    assertThat(others.named(ClusterRole.class, "ambit-webhook")).isEmpty();
  }

  @Test
  void whoeverIsAnOperatorReachesTheControlPlaneAndMayCallItInTheNameOfOneAccount() {
    assertThat(inItsNamespace("ambit-operator"))
        .containsExactly(
            "/configmaps[ambit-access]: get",
            "/serviceaccounts/token[ambit-operator]: create",
            "/pods: get list",
            "/pods/portforward: get create");
  }

  @Test
  void nobodyElseMayAnythingAndNobodyIsAnOperatorByItself() {
    assertThat(rendered.objects(ClusterRole.class)).hasSize(2);
    assertThat(rendered.objects(Role.class)).hasSize(3);
    assertThat(rendered.objects(RoleBinding.class))
        .extracting(binding -> binding.getMetadata().getName())
        .containsExactlyInAnyOrder("ambit-control-plane", "ambit-webhook");
    var bound =
        Rendered.with("operators.subjects[0].kind=Group", "operators.subjects[0].name=sre")
            .object(RoleBinding.class, "ambit-operator");
    assertThat(bound.getSubjects().getFirst().getName()).isEqualTo("sre");
  }

  private List<String> clusterWide(String name) {
    return written(rendered.object(ClusterRole.class, name).getRules());
  }

  private List<String> inItsNamespace(String name) {
    return written(rendered.object(Role.class, name).getRules());
  }

  private static List<String> written(List<PolicyRule> rules) {
    return rules.stream()
        .map(rule ->
            String.join(" ", rule.getApiGroups())
                + "/"
                + String.join(" ", rule.getResources())
                + (rule.getResourceNames().isEmpty() ? "" : rule.getResourceNames())
                + ": "
                + String.join(" ", rule.getVerbs()))
        .toList();
  }
}
