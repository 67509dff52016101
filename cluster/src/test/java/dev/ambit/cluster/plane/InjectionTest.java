package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.testkit.Await;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/// A real API server asks the real program about ordinary manifests, which come out injected.
@ExtendWith(OneApiServer.class)
@TestInstance(Lifecycle.PER_CLASS)
class InjectionTest {
  private static final String AGENTS = "injection-agents";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ApiServer api;
  private Path folder;
  private Replica.Site site;
  private Replica first;
  private Replica second;

  InjectionTest(ApiServer api) {
    this.api = api;
  }

  @BeforeAll
  void start() throws IOException {
    folder = Files.createTempDirectory("injection");
    site = Replica.Site.make(api, "injection");
    var kubeconfig = site.kubeconfig(api, folder);
    first = Replica.start("first", folder, kubeconfig, site);
    assertThat(first.ready()).isFalse();
    site.configure(api, first.url());
    second = Replica.start("second", folder, kubeconfig, site);
    Await.until("both ready", PATIENCE, () -> first.ready() && second.ready());
    site.enforce(api, AGENTS);
    var account = api.client().serviceAccounts().inNamespace(AGENTS).withName("default");
    Await.until("service account", PATIENCE, () -> account.get() != null);
  }

  @AfterAll
  void stop() {
    api.kubectl("delete", "mutatingwebhookconfiguration", site.configuration()).done();
    first.close();
    second.close();
  }

  @Test
  void podsOfEveryControllerComeOutInjected() throws IOException {
    // Without a node a DaemonSet has no pod; nothing runs on this one.
    api.apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: injection-node, labels: {injection: node}}
            """)
        .done();
    api.apply(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers: [{name: web, image: "nginx:1.29"}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: strict}
            spec:
              selector: {matchLabels: {app: strict}}
              template:
                metadata: {labels: {app: strict}}
                spec:
                  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
                  containers:
                    - name: strict
                      image: "nginx:1.29"
                      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec:
                  containers: [{name: db, image: "postgres:18"}]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: collect}
            spec:
              selector: {matchLabels: {app: collect}}
              template:
                metadata: {labels: {app: collect}}
                spec:
                  nodeSelector: {injection: node}
                  tolerations: [{operator: Exists}]
                  containers: [{name: collect, image: "collect:2"}]
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: report}
            spec:
              template:
                metadata: {labels: {app: report}}
                spec:
                  restartPolicy: Never
                  initContainers: [{name: fetch, image: "curl:8", command: [curl, "https://example.org"]}]
                  containers: [{name: report, image: "python:3.14"}]
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly}
            spec:
              schedule: "0 3 * * *"
              jobTemplate:
                spec:
                  template:
                    metadata: {labels: {app: nightly}}
                    spec:
                      restartPolicy: OnFailure
                      containers: [{name: nightly, image: "busybox:1.37"}]
            """,
            "--namespace=" + AGENTS)
        .done();
    api.kubectl("-n", AGENTS, "create", "job", "tonight", "--from=cronjob/nightly").done();
    for (var app : List.of("web", "strict", "db", "collect", "report", "nightly")) {
      injected(pod(app));
    }
    assertThat(names(pod("report").getSpec().getInitContainers()))
        .containsExactly("ambit-redirect", "ambit-proxy", "fetch");
    assertThat(pod("web").getSpec().getContainers().getFirst().getSecurityContext().getRunAsUser())
        .isEqualTo(1_000);
  }

  @Test
  void aDryRunShowsThePodThatWouldBe() throws IOException {
    var shown =
        api.apply(pod("dry", "{}"), "--namespace=" + AGENTS, "--dry-run=server", "--output=json")
            .done();
    assertThat(shown).contains("\"ambit-proxy\"", "\"ambit.dev/injected\": \"true\"");
    assertThat(api.client().pods().inNamespace(AGENTS).withName("dry").get()).isNull();
  }

  @Test
  void aRefusalReachesThePersonWithFieldAndRemedy() throws IOException {
    var refused = api.apply(pod("host", "{hostNetwork: true}"), "--namespace=" + AGENTS);
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err())
        .contains(
            "admission webhook \"injection.ambit.dev\" denied the request: pod host:"
                + " spec.hostNetwork: true (expected: false or absent; remove it, ");
  }

  @Test
  void aRefusalOfAControllersPodIsAnEventThatNamesIt() throws IOException {
    api.apply(
            """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: privileged}
            spec:
              selector: {matchLabels: {app: privileged}}
              template:
                metadata: {labels: {app: privileged}}
                spec:
                  containers: [{name: app, image: "a:1", securityContext: {privileged: true}}]
            """,
            "--namespace=" + AGENTS)
        .done();
    Await.until(
        "the event",
        PATIENCE,
        () ->
            api.client().v1().events().inNamespace(AGENTS).list().getItems().stream()
                .anyMatch(event ->
                    String.valueOf(event.getMessage())
                        .contains(
                            "pod privileged-*: spec.containers[app].securityContext.privileged:"
                                + " true (expected: false or absent; remove it)")));
  }

  @Test
  void whoCreatesAPodIsWarnedOfWhatDoesNotCountAnyMore() throws IOException {
    var applied =
        api.apply(
            pod("told", "{}").replace("image: a", "env: [{name: PIP_CERT, value: /x}], image: a"),
            "--namespace=" + AGENTS);
    assertThat(applied.err()).contains("Warning: ambit: container app: replaced PIP_CERT");
  }

  @Test
  void aPodThatWasInjectedIsInjectedAgainWithoutADifference() throws IOException {
    api.apply(pod("once", "{}"), "--namespace=" + AGENTS).done();
    var once = api.client().pods().inNamespace(AGENTS).withName("once").get();
    var spec = once.getSpec();
    once.setMetadata(
        once.getMetadata()
            .edit()
            .withName("twice")
            .withResourceVersion(null)
            .withUid(null)
            .build());
    var twice = api.client().pods().inNamespace(AGENTS).resource(once).create();
    assertThat(twice.getSpec()).isEqualTo(spec);
  }

  @Test
  void eachReplicaAnswersAndAnotherOneTakesOverFromOneThatIsGone() throws IOException {
    var third = Replica.start("third", folder, folder.resolve("kubeconfig"), site);
    Await.until("third ready", PATIENCE, third::ready);
    try {
      for (var replica : List.of(second, third, first)) {
        site.configure(api, replica.url());
        Await.until("injected by each", PATIENCE, () -> dryRun("turn"));
      }
    } finally {
      third.kill();
    }
  }

  private boolean dryRun(String name) {
    try {
      return api.apply(
              pod(name, "{}"), "--namespace=" + AGENTS, "--dry-run=server", "--output=json")
          .out()
          .contains("\"ambit-proxy\"");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private Pod pod(String app) {
    var pods = api.client().pods().inNamespace(AGENTS).withLabel("app", app);
    Await.until("a pod of " + app, PATIENCE, () -> !pods.list().getItems().isEmpty());
    return pods.list().getItems().getFirst();
  }

  private static String pod(String name, String spec) {
    var more = spec.substring(1, spec.length() - 1);
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: "
        + name
        + "}\nspec: {"
        + (more.isEmpty() ? "" : more + ", ")
        + "containers: [{name: app, image: a}]}\n";
  }

  private static void injected(Pod pod) {
    assertThat(names(pod.getSpec().getInitContainers()).subList(0, 2))
        .containsExactly("ambit-redirect", "ambit-proxy");
    assertThat(pod.getSpec().getInitContainers().get(1).getRestartPolicy()).isEqualTo("Always");
    assertThat(pod.getMetadata().getLabels()).containsEntry("ambit.dev/injected", "true");
    assertThat(pod.getMetadata().getAnnotations()).containsKey("ambit.dev/status");
    for (var container : pod.getSpec().getContainers()) {
      assertThat(container.getEnv()).anyMatch(env -> env.getName().equals("SSL_CERT_FILE"));
      assertThat(container.getVolumeMounts())
          .anyMatch(mount -> mount.getMountPath().equals("/run/ambit/trust"));
      assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    }
  }

  private static List<String> names(List<Container> containers) {
    return containers.stream().map(Container::getName).toList();
  }
}
