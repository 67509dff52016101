package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.testkit.Await;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Manifests as people write them run unchanged, each with its proxy.
@ExtendWith(OneSite.class)
class OrdinaryPodsTest {
  private static final String RESTRICTED =
      """
      securityContext:
        runAsNonRoot: true
        runAsUser: 4000
        seccompProfile: { type: RuntimeDefault }
      """;

  private final Site site;

  OrdinaryPodsTest(Site site) {
    this.site = site;
  }

  @AfterEach
  void remove() {
    var _ =
        site.node()
            .kubectl(
                "delete",
                "deployment,statefulset,daemonset,job,cronjob,pod",
                "-n",
                Site.AGENTS,
                "-l",
                "ordinary=yes");
  }

  @ParameterizedTest
  @CsvSource({"Deployment, apps/v1", "StatefulSet, apps/v1", "DaemonSet, apps/v1"})
  void aWorkloadWithoutASecurityContextRuns(String kind, String version) throws IOException {
    site.node().apply(workload(kind, version, "")).done();
    running();
  }

  @ParameterizedTest
  @CsvSource({"Deployment, apps/v1"})
  void aWorkloadWithARestrictedContextRuns(String kind, String version) throws IOException {
    site.node().apply(workload(kind, version, RESTRICTED)).done();
    running();
    assertThat(exec("id", "-u")).isEqualTo("4000\n");
  }

  @ParameterizedTest
  @CsvSource({"Job", "CronJob"})
  void aJobRunsToItsEnd(String kind) throws IOException {
    site.node().apply(kind.equals("Job") ? job() : cronJob()).done();
    Await.until(
        "it has succeeded",
        Site.PATIENCE,
        () -> pods("{.items[*].status.phase}").contains("Succeeded"));
    assertThat(pods("{.items[0].spec.initContainers[*].name}"))
        .isEqualTo("ambit-redirect ambit-proxy");
  }

  @ParameterizedTest
  @CsvSource({"Pod"})
  void aPodWithInitContainersAndSidecarsOfItsOwnRuns(String kind) throws IOException {
    site.node().apply(crowded()).done();
    running();
    assertThat(pods("{.items[0].spec.initContainers[*].name}"))
        .isEqualTo("ambit-redirect ambit-proxy prepare helper");
    assertThat(
            pods(
                "{.items[0].status.initContainerStatuses[?(@.name==\"prepare\")].state.terminated.exitCode}"))
        .as(kind)
        .isEqualTo("0");
  }

  /// Ready, and what it sends goes to its proxy.
  private void running() {
    Await.until(
        "its pod is ready",
        Site.PATIENCE,
        () -> pods("{.items[0].status.conditions[?(@.type==\"Ready\")].status}").equals("True"));
    assertThat(
            exec(
                "curl",
                "-sS",
                "-m",
                "20",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "http://192.0.2.1/"))
        .isEqualTo("403");
  }

  private String exec(String... words) {
    return site.exec(pods("{.items[0].metadata.name}"), words).done();
  }

  private String pods(String path) {
    return site.node()
        .kubectl("get", "pods", "-n", Site.AGENTS, "-l", "ordinary=yes", "-o", "jsonpath=" + path)
        .out();
  }

  private String workload(String kind, String version, String context) {
    return """
    apiVersion: VERSION
    kind: KIND
    metadata: { name: ordinary, namespace: agents, labels: { ordinary: "yes" } }
    spec:
      selector: { matchLabels: { ordinary: "yes" } }
      template:
        metadata: { labels: { ordinary: "yes" } }
        spec:
          serviceAccountName: reporter
          terminationGracePeriodSeconds: 2
    CONTEXT
          containers:
            - name: agent
              image: IMAGE
              imagePullPolicy: Never
              command: [sleep, infinity]
    """
        .replace("VERSION", version)
        .replace("KIND", kind)
        .replace("CONTEXT\n", context.indent(6))
        .replace("IMAGE", site.images().agent());
  }

  private String job() {
    return """
    apiVersion: batch/v1
    kind: Job
    metadata: { name: ordinary, namespace: agents, labels: { ordinary: "yes" } }
    spec:
    """
        + jobSpec().indent(2);
  }

  private String cronJob() {
    return """
    apiVersion: batch/v1
    kind: CronJob
    metadata: { name: ordinary, namespace: agents, labels: { ordinary: "yes" } }
    spec:
      schedule: "* * * * *"
      concurrencyPolicy: Forbid
      jobTemplate:
        spec:
    """
        + jobSpec().indent(6);
  }

  private String jobSpec() {
    return """
    backoffLimit: 0
    template:
      metadata: { labels: { ordinary: "yes" } }
      spec:
        serviceAccountName: reporter
        restartPolicy: Never
        containers:
          - name: agent
            image: IMAGE
            imagePullPolicy: Never
            command: ["true"]
    """
        .replace("IMAGE", site.images().agent());
  }

  private String crowded() {
    return """
    apiVersion: v1
    kind: Pod
    metadata: { name: ordinary, namespace: agents, labels: { ordinary: "yes" } }
    spec:
      serviceAccountName: reporter
      terminationGracePeriodSeconds: 2
      initContainers:
        - { name: prepare, image: IMAGE, imagePullPolicy: Never, command: ["true"] }
        - { name: helper, image: IMAGE, imagePullPolicy: Never, restartPolicy: Always, command: [sleep, infinity] }
      containers:
        - { name: agent, image: IMAGE, imagePullPolicy: Never, command: [sleep, infinity] }
        - { name: beside, image: IMAGE, imagePullPolicy: Never, command: [sleep, infinity] }
    """
        .replace("IMAGE", site.images().agent());
  }
}
