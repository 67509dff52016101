package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.control.kubernetes.Kubernetes;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.testkit.Await;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong with a resource stands at the resource.
@ExtendWith(OneApiServer.class)
class ResourceStatusTest {
  private static final String GOOD =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: good, namespace: statuses }
      spec: { hosts: [good.example.com] }
      """;

  private static final String BROKEN =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: broken, namespace: statuses }
      spec: { hosts: [broken.example.com], tls: { roots: { bundle: { file: ca.pem } } } }
      """;

  private static final String MENDED = GOOD.replace("good", "broken");
  private static final String LATER = GOOD.replace("good", "later");

  private final ApiServer api;

  ResourceStatusTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void aBrokenResourceSaysWhatIsWrongAndTheOthersThatTheyWaitForIt(@TempDir Path folder)
      throws Exception {
    try (var _ = Release.install(api);
        var kubernetes = follow(folder)) {
      var resources = CurrentResources.begin(kubernetes.resources());
      api.apply(GOOD).done();
      Await.until("it is in force", () -> seen(kubernetes, resources, "good", "InForce", "True"));
      var digest = resources.current().digest();

      api.apply(BROKEN).done();
      Await.until("it is found", () -> seen(kubernetes, resources, "broken", "Accepted", "False"));
      assertThat(condition("broken", "Accepted", "message"))
          .isEqualTo(
              "spec.tls.roots.bundle.file: ca.pem (expected: a readable file of PEM certificates)");
      Await.until("all wait", () -> seen(kubernetes, resources, "good", "InForce", "False"));
      assertThat(condition("good", "Accepted", "status")).isEqualTo("True");
      assertThat(condition("good", "InForce", "message")).contains("Target/broken");
      assertThat(resources.current().digest()).isEqualTo(digest);
      assertThat(resources.stale()).isTrue();

      api.apply(MENDED).done();
      Await.until(
          "it is in force, too", () -> seen(kubernetes, resources, "broken", "InForce", "True"));
      assertThat(resources.current().targets()).containsOnlyKeys("good", "broken");
      assertThat(condition("broken", "Accepted", "observedGeneration")).isEqualTo("2");

      api.apply(LATER).done();
      Await.until(
          "it is known", () -> kubernetes.resources().fingerprint().contains("Target/later"));
      kubernetes.tick();
      assertThat(condition("later", "InForce", "status")).as("not read yet").isEmpty();
      Await.until("it is read", () -> seen(kubernetes, resources, "later", "InForce", "True"));
    } finally {
      api.kubectl("delete", "namespace", "statuses", "--wait=false").done();
    }
  }

  private Kubernetes follow(Path folder) throws IOException, InterruptedException {
    api.kubectl("create", "namespace", "statuses").done();
    var client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(api.kubeconfig())))
            .build();
    return Kubernetes.open(
        client, "statuses", folder, Duration.ofSeconds(20), InstantSource.system());
  }

  /// Looks once, as the control plane does each second.
  private boolean seen(
      Kubernetes kubernetes, CurrentResources resources, String name, String type, String status) {
    resources.reload();
    kubernetes.tick();
    return condition(name, type, "status").equals(status);
  }

  private String condition(String name, String type, String field) {
    return api.kubectl(
            "get",
            "target.ambit.dev",
            name,
            "-n",
            "statuses",
            "-o",
            "jsonpath={.status.conditions[?(@.type==\"" + type + "\")]." + field + "}")
        .out();
  }
}
