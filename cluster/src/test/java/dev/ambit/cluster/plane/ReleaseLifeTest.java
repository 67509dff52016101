package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.cluster.machine.Tree;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A release from its installation to its end.
@ExtendWith(OneApiServer.class)
class ReleaseLifeTest {
  private static final String CONFIGURATION = "mutatingwebhookconfiguration/ambit-injection";
  private static final String TRUSTED = "jsonpath={.webhooks[0].clientConfig.caBundle}";
  private static final String VERSION = "jsonpath={.metadata.labels.app\\.kubernetes\\.io/version}";

  private final ApiServer api;

  @TempDir private Path folder;

  ReleaseLifeTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void theApiServerTakesEveryObjectStrictlyAndFindsNoFaultInAPolicy() throws IOException {
    var plain = Files.readString(Tree.root().resolve("deploy/kubernetes/ambit.yaml"));
    try (var _ = Release.install(api)) {
      assertThat(api.apply(plain, "--dry-run=server", "--validate=strict").done())
          .contains("validatingadmissionpolicy.admissionregistration.k8s.io/ambit-v10-label");
      Await.until("policies typed", () -> typed("ambit-v01-host") && typed("ambit-v10-label"));
      assertThat(
              api.kubectl(
                      "get",
                      "validatingadmissionpolicies",
                      "-o",
                      "jsonpath={.items[*].status.typeChecking.expressionWarnings}")
                  .done())
          .isEmpty();
    }
  }

  private boolean typed(String policy) {
    var observed = "jsonpath={.status.observedGeneration}";
    return !api.kubectl("get", "validatingadmissionpolicy", policy, "-o", observed)
        .done()
        .isEmpty();
  }

  /// What `helm test` starts cannot run here, but is judged before.
  @Test
  void theReleasesNamespaceMayBeRestrictedWhereThereIsACsiDriver() {
    try (var release = Release.install(api, "spire.csiDriver=csi.spiffe.io")) {
      var enforce = "pod-security.kubernetes.io/enforce=restricted";
      var labelled = api.kubectl("label", "namespace", Release.NAMESPACE, enforce, "--overwrite");
      // It warns of pods that are there and would not be taken any more.
      assertThat(labelled.done() + labelled.err()).doesNotContain("Warning");
      try {
        Await.until("pods", () -> !pods("control-plane").isEmpty() && !pods("webhook").isEmpty());
        assertThatThrownBy(release::tested).isInstanceOf(IllegalStateException.class);
        assertThat(pods("test")).isNotEmpty();
      } finally {
        var _ =
            api.kubectl(
                    "label", "namespace", Release.NAMESPACE, "pod-security.kubernetes.io/enforce-")
                .done();
      }
    }
  }

  private String pods(String component) {
    return api.kubectl(
            "get",
            "pods",
            "-n",
            Release.NAMESPACE,
            "-o",
            "name",
            "-l",
            "app.kubernetes.io/component=" + component)
        .done();
  }

  @Test
  void a188WhileTheWebhookIsAwayNoPodStarts() {
    try (var release = Release.install(api)) {
      var pods = release.ordinary("webhook-away");
      pods.kubectl("label", "namespace", "webhook-away", "ambit.dev/injection=enforced")
          .permitted();
      Await.until(
          "webhook asked", () -> pods.tried(Pods.bare()).refusal().contains("injection.ambit.dev"));
      assertThat(release.ordinary("webhook-away-elsewhere").tried(Pods.bare()).refusal()).isEmpty();
    }
  }

  /// helm-java knows no rollback; it is an upgrade to what was there before, as here.
  @Test
  void upgradeAndRollbackLeaveInjectedPodsAndTheBundleOfTheWebhookAsTheyAre() throws IOException {
    var before = Packaged.as(folder, "0.0.9");
    try (var release = Release.install(api, before)) {
      var pods = release.withoutWebhook().enforced("upgraded");
      var old = specOf(pods.made(of("0.0.9", "agent")));

      release.upgrade(Tree.chart());
      trust(authority());
      assertThat(api.kubectl("get", CONFIGURATION, "-o", VERSION).done()).isEqualTo("0.1.0");
      assertThat(specOf(pods)).isEqualTo(old);
      pods.kubectl("label", "pod", "agent", "seen=yes").permitted();

      release.upgrade(before);
      assertThat(api.kubectl("get", CONFIGURATION, "-o", VERSION).done()).isEqualTo("0.0.9");
      assertThat(api.kubectl("get", CONFIGURATION, "-o", TRUSTED).done()).isNotEmpty();
      assertThat(specOf(pods)).isEqualTo(old);

      release.upgrade(Tree.chart());
      release.withoutWebhook();
      Await.until(
          "new policies in force",
          () -> pods.tried(of("0.0.9", "new")).refusal().contains("expected: ambit-proxy:0.1.0"));
      pods.tried(of("0.1.0", "new")).permitted();
      pods.kubectl("set", "image", "pod/agent", "ambit-proxy=ambit-proxy:0.1.0")
          .deniedBy("v02-proxy", "image: changed");
    }
  }

  @Test
  void afterTheEndNothingBlocksAPodAndTheResourcesAreThere() throws IOException {
    var release = Release.install(api);
    var pods = release.ordinary("after-the-end");
    pods.kubectl("label", "namespace", "after-the-end", "ambit.dev/injection=enforced").permitted();
    Await.until("webhook asked", () -> !pods.tried(Pods.bare()).refusal().isEmpty());
    var _ = api.apply(example("first"), "-n", Release.NAMESPACE).done();
    release.close();
    Await.until("free", () -> pods.tried(Pods.bare()).refusal().isEmpty());
    for (var kind :
        new String[] {
          "mutatingwebhookconfigurations",
          "validatingadmissionpolicies",
          "validatingadmissionpolicybindings"
        }) {
      assertThat(api.kubectl("get", kind, "-o", "name").done()).doesNotContain("ambit");
    }
    assertThat(
            api.kubectl("get", "target", "example-site", "-n", Release.NAMESPACE, "-o", "name")
                .done())
        .isEqualTo("target.ambit.dev/example-site\n");
    // And one of the same name takes them over.
    Release.install(api).close();
  }

  private static String specOf(Pods pods) {
    return pods.kubectl("get", "pod", "agent", "-o", "jsonpath={.spec}").ran().done();
  }

  private static String of(String version, String name) {
    return Pods.injected(
        "/metadata/name=" + name,
        "/spec/initContainers/0/image=ambit-redirect:" + version,
        "/spec/initContainers/1/image=ambit-proxy:" + version);
  }

  /// As the webhook does with its own.
  private void trust(String authority) {
    var patch =
        "[{\"op\":\"add\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\""
            + authority
            + "\"}]";
    var _ = api.kubectl("patch", CONFIGURATION, "--type=json", "-p", patch).done();
  }

  /// Any authority does: the cluster's.
  private String authority() {
    return api.kubectl(
            "config",
            "view",
            "--raw",
            "-o",
            "jsonpath={.clusters[0].cluster.certificate-authority-data}")
        .done();
  }

  private static String example(String name) throws IOException {
    return Files.readString(Tree.root().resolve("deploy/kubernetes/examples/" + name + ".yaml"));
  }
}
