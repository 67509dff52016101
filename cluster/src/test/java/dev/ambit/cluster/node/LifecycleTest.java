package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.testkit.Await;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What happens to pods happens to their authority, and to nothing else.
@ExtendWith(OneSite.class)
class LifecycleTest {
  private static final String ASKING = "annotations: { ambit.dev/session-template: report }";

  private final Site site;

  LifecycleTest(Site site) {
    this.site = site;
  }

  @AfterEach
  void remove() {
    site.remove("living");
  }

  @Test
  void initContainersOfTheUserCallOutThroughTheProxyThatIsThereBeforeThem() throws IOException {
    var before = site.requests().size();
    site.start(
        "living",
        site.agent("living", ASKING)
            + """
              initContainers:
                - name: prepare
                  image: IMAGE
                  imagePullPolicy: Never
                  command: [curl, -sSf, -m, "20", "URL"]
            """
                .replace("IMAGE", site.images().agent())
                .replace("URL", site.items())
                .indent(2)
                .replace("    initContainers", "  initContainers"));
    assertThat(site.requests().size()).isEqualTo(before + 1);
    assertThat(site.requests().getLast().facts().toString()).contains("Bearer ");
  }

  @Test
  void aKilledProxyComesBackWithItsSessionAndNothingLeavesMeanwhile() throws IOException {
    site.start("living", site.agent("living", ASKING));
    assertThat(site.curl("living", site.items()).out()).endsWith("\n200");
    var trusted = site.exec("living", "cat", "/run/ambit/trust/ca.pem").done();
    var sent = site.requests().size();
    var container = container("living", "{.containerID}").replace("containerd://", "");

    var _ =
        site.node()
            .inside("ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGKILL", container)
            .done();
    Await.until(
        "it is down", Site.PATIENCE, () -> !container("living", "{.restartCount}").equals("0"));
    assertThat(site.requests()).hasSize(sent);
    Await.until(
        "it judges again",
        Site.PATIENCE,
        () -> site.curl("living", site.items()).out().endsWith("\n200"));
    assertThat(site.exec("living", "cat", "/run/ambit/trust/ca.pem").done()).isEqualTo(trusted);
  }

  @Test
  void aProxyWithoutMemoryNeverLetsItsAgentStart() throws IOException {
    var sent = site.requests().size();
    site.node()
        .apply(
            site.agent(
                "living",
                "annotations: { ambit.dev/session-template: report, ambit.dev/proxy-memory-limit: 40Mi,"
                    + " ambit.dev/proxy-memory-request: 40Mi }"))
        .done();
    Await.until(
        "it is killed for its memory",
        Site.PATIENCE,
        () ->
            (container("living", "{.lastState.terminated.reason}")
                    + container("living", "{.state.terminated.reason}"))
                .contains("OOMKilled"));
    assertThat(
            site.node()
                .kubectl(
                    "get",
                    "pod",
                    "living",
                    "-n",
                    Site.AGENTS,
                    "-o",
                    "jsonpath={.status.containerStatuses[0].started}")
                .out())
        .isEqualTo("false");
    assertThat(site.requests()).hasSize(sent);
  }

  @Test
  void aRestartedKubeletDisturbsNobody() throws IOException {
    site.start("living", site.agent("living", ASKING));
    assertThat(site.curl("living", site.items()).out()).endsWith("\n200");
    site.node().restartKubelet();
    // It is the way of this question into the pod, too.
    Await.until(
        "it is asked again",
        Site.PATIENCE,
        () -> site.curl("living", site.items()).out().endsWith("\n200"));
    assertThat(container("living", "{.restartCount}")).isEqualTo("0");
  }

  @Test
  void aRollingRestartGivesEachPodASessionOfItsOwn() throws IOException {
    site.node().apply(deployment()).done();
    rolled();
    assertThat(site.exec("deployment/rolling", "curl", "-sSf", "-m", "20", site.items()).out())
        .contains("quarterly figures");
    var _ =
        site.node().kubectl("rollout", "restart", "deployment/rolling", "-n", Site.AGENTS).done();
    rolled();
    Await.until(
        "the new pod alone is there",
        Site.PATIENCE,
        () ->
            site.node()
                    .kubectl("get", "pods", "-n", Site.AGENTS, "-l", "app=rolling", "-o", "name")
                    .out()
                    .lines()
                    .count()
                == 1);
    assertThat(site.exec("deployment/rolling", "curl", "-sSf", "-m", "20", site.items()).out())
        .contains("quarterly figures");
    var _ = site.node().kubectl("delete", "deployment", "rolling", "-n", Site.AGENTS).done();
  }

  @Test
  void aDrainedNodeClosesTheSessionsOfThePodsThatItEvicts() throws IOException {
    site.start("living", site.agent("living", "labels: { drained: \"yes\" }\n" + ASKING));
    assertThat(site.curl("living", site.items()).out()).endsWith("\n200");
    var uid = site.uid("living");
    try {
      var _ =
          site.node()
              .kubectl(
                  "drain",
                  "ambit-node",
                  "--pod-selector",
                  "drained=yes",
                  "--force",
                  "--delete-emptydir-data",
                  "--timeout",
                  "90s")
              .done();
    } finally {
      var _ = site.node().kubectl("uncordon", "ambit-node").done();
    }
    Await.until("its session is closed", Site.PATIENCE, () -> site.closed(uid));
  }

  private void rolled() {
    var _ =
        site.node()
            .kubectl(
                "rollout", "status", "deployment/rolling", "-n", Site.AGENTS, "--timeout", "150s")
            .done();
  }

  private String container(String pod, String path) {
    return site.node()
        .kubectl(
            "get",
            "pod",
            pod,
            "-n",
            Site.AGENTS,
            "-o",
            "jsonpath={range .status.initContainerStatuses[?(@.name==\"ambit-proxy\")]}"
                + path
                + "{end}")
        .out();
  }

  private String deployment() {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: rolling, namespace: agents }
    spec:
      selector: { matchLabels: { app: rolling } }
      template:
        metadata:
          labels: { app: rolling }
          annotations: { ambit.dev/session-template: report }
        spec:
          serviceAccountName: reporter
          terminationGracePeriodSeconds: 2
          containers:
            - { name: agent, image: IMAGE, imagePullPolicy: Never, command: [sleep, infinity] }
    """
        .replace("IMAGE", site.images().agent());
  }
}
