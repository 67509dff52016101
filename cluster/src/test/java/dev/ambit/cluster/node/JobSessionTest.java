package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.testkit.Await;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// One session for each pod of a Job that asks for it.
@ExtendWith(OneSite.class)
class JobSessionTest {
  private final Site site;

  JobSessionTest(Site site) {
    this.site = site;
  }

  @Test
  void aJobHasASessionFromItsFirstCallOnAndItsReceiptIsToldToIt() throws IOException {
    var before = site.requests().size();
    site.node().apply(job("report", "report")).done();
    Await.until(
        "the job is complete",
        Site.PATIENCE,
        () -> jobs("report", "{.status.succeeded}").equals("1"));
    assertThat(site.requests().size()).isEqualTo(before + 1);
    Await.until(
        "the receipt is told",
        Site.PATIENCE,
        () -> !jobs("report", "{.metadata.annotations.ambit\\.dev/receipt}").isEmpty());
    var receipt = jobs("report", "{.metadata.annotations.ambit\\.dev/receipt}");
    assertThat(site.ambit("receipt", "show", receipt).done())
        .contains("completed: pod agents/report-")
        .contains("proven dead at");
    assertThat(events("Job", "report")).contains("SessionClosed").contains(receipt);
    assertThat(site.node().kubectl("delete", "job", "report", "-n", Site.AGENTS).exit()).isZero();
  }

  @Test
  void aJobWhoseSessionIsRefusedDoesNotStartAndItsPodSaysWhy() throws IOException {
    site.node().apply(job("refused", "no-such-template")).done();
    Await.until(
        "the pod says why",
        Site.PATIENCE,
        () ->
            site.node()
                .kubectl("get", "events.events.k8s.io", "-n", Site.AGENTS)
                .out()
                .contains("SessionRefused"));
    var pod =
        site.node()
            .kubectl(
                "get",
                "pods",
                "-n",
                Site.AGENTS,
                "-l",
                "job-name=refused",
                "-o",
                "jsonpath={.items[0].metadata.name}")
            .done();
    assertThat(events("Pod", pod))
        .contains("SessionRefused")
        .contains("ambit.dev/session-template: template: no-such-template (expected:");
    assertThat(
            site.node()
                .kubectl(
                    "get",
                    "pod",
                    pod,
                    "-n",
                    Site.AGENTS,
                    "-o",
                    "jsonpath={.status.containerStatuses[0].started}")
                .out())
        .isEqualTo("false");
    assertThat(site.node().kubectl("delete", "job", "refused", "-n", Site.AGENTS).exit()).isZero();
  }

  @Test
  void aPodsSessionEndsWithThePod() throws IOException {
    site.start("bound", site.agent("bound", "annotations: { ambit.dev/session-template: report }"));
    assertThat(site.curl("bound", site.items()).out()).endsWith("\n200");
    var uid = site.uid("bound");
    site.remove("bound");
    Await.until("its session is closed", Site.PATIENCE, () -> site.closed(uid));
  }

  @Test
  void a170ASessionOfOnePodIsOfNoUseInAnotherOfTheSameAccount() throws IOException {
    site.start("owner", site.agent("owner", "annotations: { ambit.dev/session-template: report }"));
    site.start("beside", site.agent("beside", ""));
    assertThat(site.curl("owner", site.items()).out()).endsWith("\n200");
    var sent = site.requests().size();
    assertThat(site.curl("beside", site.items()).exit()).isNotZero();
    assertThat(site.requests()).hasSize(sent);
    site.remove("owner");
    site.remove("beside");
  }

  private String jobs(String name, String path) {
    return site.node()
        .kubectl("get", "job", name, "-n", Site.AGENTS, "-o", "jsonpath=" + path)
        .out();
  }

  private String events(String kind, String name) {
    return site.node()
        .kubectl(
            "get",
            "events.events.k8s.io",
            "-n",
            Site.AGENTS,
            "-o",
            "jsonpath={range .items[?(@.regarding.kind==\""
                + kind
                + "\")]}{.regarding.name} {.reason} {.note}{\"\\n\"}{end}")
        .done()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .reduce("", (all, line) -> all + line + "\n");
  }

  private String job(String name, String template) {
    return """
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: NAME
      namespace: agents
      annotations: { ambit.dev/session-template: TEMPLATE }
    spec:
      backoffLimit: 0
      template:
        spec:
          serviceAccountName: reporter
          restartPolicy: Never
          containers:
            - name: agent
              image: IMAGE
              imagePullPolicy: Never
              command: [curl, -sSf, -m, "20", "URL"]
    """
        .replace("NAME", name)
        .replace("TEMPLATE", template)
        .replace("IMAGE", site.images().agent())
        .replace("URL", site.items());
  }
}
