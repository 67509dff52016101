package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the objects of a release say, where one has to agree with another or with a program.
class ReleaseTest {
  private final Rendered rendered = Rendered.with();

  @Test
  void theWebhookRunsTwiceAndIsNeverAwayByPlan() {
    var webhook = rendered.object(Deployment.class, "ambit-webhook").getSpec();
    assertThat(webhook.getReplicas()).isEqualTo(2);
    assertThat(webhook.getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal()).isZero();
    assertThat(webhook.getTemplate().getSpec().getTopologySpreadConstraints()).hasSize(1);
    assertThat(rendered.object(PodDisruptionBudget.class, "ambit-webhook").getSpec())
        .satisfies(budget -> {
          assertThat(budget.getMinAvailable().getIntVal()).isEqualTo(1);
          assertThat(budget.getSelector()).isEqualTo(webhook.getSelector());
        });
    assertThat(Rendered.with("webhook.replicas=1").objects(PodDisruptionBudget.class)).isEmpty();
  }

  @Test
  void theWebhookIsTheControlPlanesImageInAnotherRole() {
    var webhook = container(rendered);
    assertThat(webhook.getImage()).isEqualTo("ambit-control-plane:0.1.0");
    assertThat(webhook.getArgs()).containsExactly("--role=webhook");
    assertThat(webhook.getEnv())
        .extracting(EnvVar::getName)
        .containsExactly(
            "AMBIT_WEBHOOK_LISTEN",
            "AMBIT_WEBHOOK_ADMIN_LISTEN",
            "AMBIT_WEBHOOK_INJECTION",
            "AMBIT_WEBHOOK_CERTIFICATES",
            "AMBIT_WEBHOOK_NAMESPACE",
            "AMBIT_WEBHOOK_SECRET",
            "AMBIT_WEBHOOK_LEASE",
            "AMBIT_WEBHOOK_CONFIGURATION",
            "AMBIT_WEBHOOK_SERVICE",
            "AMBIT_WEBHOOK_REPLICA",
            "AMBIT_WEBHOOK_LOG_LEVEL");
    assertThat(container(Rendered.with("webhook.certificates.mode=certManager")).getEnv())
        .extracting(EnvVar::getName)
        .contains("AMBIT_WEBHOOK_CERTIFICATE", "AMBIT_WEBHOOK_KEY")
        .doesNotContain("AMBIT_WEBHOOK_SECRET");
  }

  @Test
  void otherSettingsOfInjectionAreOtherPodsOfTheWebhook() {
    var key = "checksum/injection";
    var before = annotation(rendered, key);
    assertThat(annotation(Rendered.with("controlPlane.logLevel=DEBUG"), key)).isEqualTo(before);
    assertThat(annotation(Rendered.with("profiles.default.runAsUser=1001"), key))
        .isNotEqualTo(before);
  }

  @Test
  void theChartLeavesTheBundleOfAuthoritiesToWhoeverRenewsIt() {
    for (var mode : List.of("selfManaged", "certManager")) {
      var webhook = webhook(Rendered.with("webhook.certificates.mode=" + mode));
      assertThat(webhook.getWebhooks().getFirst().getClientConfig().getCaBundle()).isNull();
    }
    assertThat(
            webhook(Rendered.with("webhook.certificates.mode=certManager"))
                .getMetadata()
                .getAnnotations())
        .containsEntry("cert-manager.io/inject-ca-from", "ambit-system/ambit-webhook");
    assertThat(
            webhook(
                    Rendered.with(
                        "webhook.certificates.mode=existingSecret",
                        "webhook.certificates.existingSecret.name=mine",
                        "webhook.certificates.existingSecret.caBundle=bWluZQ=="))
                .getWebhooks()
                .getFirst()
                .getClientConfig()
                .getCaBundle())
        .isEqualTo("bWluZQ==");
  }

  @Test
  void theReleasesOwnNamespaceIsNeverInjectedOrValidated() {
    var selector = webhook(rendered).getWebhooks().getFirst().getNamespaceSelector();
    assertThat(selector.getMatchLabels()).containsEntry("ambit.dev/injection", "enforced");
    assertThat(selector.getMatchExpressions().getFirst().getValues())
        .contains("ambit-system", "kube-system");
  }

  @Test
  void theSettingsOfInjectionAreThoseOfTheValues() {
    assertThat(rendered.object(ConfigMap.class, "ambit-injection").getData())
        .containsEntry(
            "injection.yaml",
            """
            version: "0.1.0"
            mode: transparent
            images:
              proxy: "ambit-proxy:0.1.0"
              redirect: "ambit-redirect:0.1.0"
            imagePullPolicy: IfNotPresent
            controlPlane:
              address: "ambit-control-plane.ambit-system.svc:9443"
              id: "spiffe://example.org/ns/ambit-system/sa/ambit-control-plane"
            spire:
              socket: "/run/spire/agent-sockets/spire-agent.sock"
              csiDriver: ""
            allowOutboundExclusions: false
            redirect:
              resources:
                limits:
                  memory: 32Mi
                requests:
                  cpu: 10m
                  memory: 32Mi
            profiles:
              default:
                launch: small
                resources:
                  limits:
                    memory: 256Mi
                  requests:
                    cpu: 50m
                    memory: 128Mi
                runAsUser: 1000
            """);
  }

  @Test
  void theStoreIsOnAVolumeUnlessSomebodyWantsToLoseIt() {
    var set = rendered.object(StatefulSet.class, "ambit-control-plane").getSpec();
    assertThat(set.getReplicas()).isEqualTo(1);
    assertThat(set.getVolumeClaimTemplates()).hasSize(1);
    var lost =
        Rendered.with("controlPlane.persistence.enabled=false")
            .object(StatefulSet.class, "ambit-control-plane")
            .getSpec();
    assertThat(lost.getVolumeClaimTemplates()).isEmpty();
    assertThat(lost.getTemplate().getSpec().getVolumes())
        .anyMatch(volume -> volume.getName().equals("data") && volume.getEmptyDir() != null);
  }

  @Test
  void theKindsOutliveTheRelease() {
    assertThat(rendered.objects(CustomResourceDefinition.class))
        .hasSize(4)
        .allSatisfy(kind ->
            assertThat(kind.getMetadata().getAnnotations())
                .containsEntry("helm.sh/resource-policy", "keep"));
    assertThat(Rendered.with("crds.enabled=false").objects(CustomResourceDefinition.class))
        .isEmpty();
  }

  @Test
  void whatTheReleaseDoesNotNeedIsDeniedToItsPods() {
    var deny = rendered.object(NetworkPolicy.class, "ambit-default-deny").getSpec();
    assertThat(deny.getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(deny.getIngress()).isEmpty();
    assertThat(deny.getEgress()).isEmpty();
    assertThat(
            Rendered.with("webhook.certificates.mode=certManager")
                .object(NetworkPolicy.class, "ambit-webhook")
                .getSpec()
                .getEgress())
        .isEmpty();
  }

  @Test
  void everyObjectHasTheLabelsThatKubernetesRecommends() {
    assertThat(Rendered.with("commonLabels.team=agents").objects())
        .extracting(HasMetadata::getMetadata)
        .allSatisfy(metadata ->
            assertThat(metadata.getLabels())
                .containsEntry("app.kubernetes.io/name", "ambit")
                .containsEntry("app.kubernetes.io/part-of", "ambit")
                .containsEntry("app.kubernetes.io/version", "0.1.0")
                .containsEntry("team", "agents"));
  }

  @Test
  void whatIsOptionalIsNotRendered() {
    assertThat(rendered.names())
        .noneMatch(name -> name.matches("(PodMonitor|PrometheusRule|ClusterSPIFFEID|Issuer)/.*"));
    assertThat(Rendered.with("policy.enabled=false").names())
        .noneMatch(name -> name.startsWith("ValidatingAdmissionPolicy"));
  }

  private static Container container(Rendered rendered) {
    return rendered
        .object(Deployment.class, "ambit-webhook")
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst();
  }

  private static String annotation(Rendered rendered, String key) {
    var template = rendered.object(Deployment.class, "ambit-webhook").getSpec().getTemplate();
    return template.getMetadata().getAnnotations().getOrDefault(key, "none");
  }

  private static MutatingWebhookConfiguration webhook(Rendered rendered) {
    return rendered.object(MutatingWebhookConfiguration.class, "ambit-injection");
  }
}
