package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.control.closure.Closures;
import dev.ambit.control.kubernetes.AgentId;
import dev.ambit.control.kubernetes.PodArrivals;
import dev.ambit.control.kubernetes.PodEvents;
import dev.ambit.control.kubernetes.PodSessions;
import dev.ambit.control.lifecycle.Handles;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.publish.PodGate.Verdict;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.resources.FolderSource;
import dev.ambit.control.store.PodSessionTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.Pod;
import dev.ambit.testkit.Await;
import io.fabric8.kubernetes.api.model.PodIP;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Which pod a proxy is in, the API server knows.
@ExtendWith(OneApiServer.class)
class PodArrivalsTest {
  private static final String NAMESPACE = "arrivals";
  private static final String WORKLOAD = "spiffe://example.org/ns/arrivals/sa/default";
  private static final InetAddress HERE = InetAddress.ofLiteral("10.1.2.3");

  private final ApiServer api;

  @TempDir Path folder;
  private Store store;
  private dev.ambit.control.kubernetes.Pods pods;
  private PodArrivals gate;

  PodArrivalsTest(ApiServer api) {
    this.api = api;
  }

  @BeforeEach
  void open() throws IOException {
    var clock = InstantSource.system();
    store = Store.open(folder.resolve("ambit.db"), clock);
    pods = dev.ambit.control.kubernetes.Pods.follow(api.client(), AgentId.of("example.org"));
    var sessions =
        new Sessions(
            new SessionTable(store),
            CurrentResources.begin(new FolderSource(Files.createDirectory(folder.resolve("r")))),
            new NoClosures(),
            new Handles(new byte[32]),
            pods,
            new Ids(clock, new SecureRandom()),
            clock);
    var events = new PodEvents(api.client(), "test", clock);
    gate =
        new PodArrivals(
            pods,
            new PodSessions(api.client(), pods, sessions, new PodSessionTable(store), events));
    if (api.client().namespaces().withName(NAMESPACE).get() == null) {
      api.kubectl("create", "namespace", NAMESPACE).done();
    }
    Await.until(
        "its account is there",
        () -> api.kubectl("get", "serviceaccount", "default", "-n", NAMESPACE).exit() == 0);
  }

  @AfterEach
  void close() {
    pods.close();
    store.close();
    api.kubectl("delete", "pods", "--all", "-n", NAMESPACE, "--force", "--grace-period=0").done();
  }

  @Test
  void aProxyIsLetInOnlyFromThePodThatItSaysItIsIn() throws IOException {
    var pod = pod("here", "");
    assertThat(gate.arrive(WORKLOAD, Optional.of(pod), HERE)).isInstanceOf(Verdict.Admitted.class);

    assertThat(refused(WORKLOAD, Optional.empty(), HERE)).contains("hello.pod: none");
    assertThat(
            refused(
                WORKLOAD,
                Optional.of(pod.toBuilder().setUid("11111111-2222-3333-4444-555555555555").build()),
                HERE))
        .contains("expected: a pod that the API server knows");
    assertThat(refused(WORKLOAD, Optional.of(pod.toBuilder().setName("there").build()), HERE))
        .contains("expected: a pod that the API server knows");
    assertThat(refused("spiffe://example.org/ns/arrivals/sa/other", Optional.of(pod), HERE))
        .contains("of " + WORKLOAD);
    assertThat(refused(WORKLOAD, Optional.of(pod), InetAddress.ofLiteral("10.1.2.4")))
        .contains("calls from 10.1.2.4 (expected: an address of the pod, 10.1.2.3)");
  }

  @Test
  void aPodThatHasEndedLetsNobodyIn() throws IOException {
    var pod = pod("ended", "");
    status("ended", "Succeeded");
    Await.until(
        "that is known",
        () -> gate.arrive(WORKLOAD, Optional.of(pod), HERE) instanceof Verdict.Refused);
    assertThat(refused(WORKLOAD, Optional.of(pod), HERE)).contains("expected: one that runs");
  }

  @Test
  void aPodWhoseSessionIsRefusedIsNotLetInAndAnEventSaysWhy() throws IOException {
    var pod = pod("asking", "  annotations: { ambit.dev/session-template: missing }\n");
    assertThat(refused(WORKLOAD, Optional.of(pod), HERE))
        .contains("ambit.dev/session-template: template: missing");
    assertThat(api.kubectl("get", "events.events.k8s.io", "-n", NAMESPACE).done())
        .contains("SessionRefused")
        .contains("pod/asking");
  }

  @Test
  void aPodWhoseParametersCannotBeReadIsNotLetIn() throws IOException {
    var pod =
        pod(
            "unreadable",
            "  annotations: { ambit.dev/session-template: t, ambit.dev/session-parameters: nothing }\n");
    assertThat(refused(WORKLOAD, Optional.of(pod), HERE))
        .contains("ambit.dev/session-parameters: nothing (expected: name=value, by comma)");
  }

  private String refused(String workload, Optional<Pod> claimed, InetAddress peer) {
    return switch (gate.arrive(workload, claimed, peer)) {
      case Verdict.Refused(var why) -> why;
      case Verdict.Admitted admitted -> throw new AssertionError(admitted);
      case Verdict.Unavailable(var why) -> throw new AssertionError(why);
    };
  }

  /// A pod that runs at an address, as far as the API server knows.
  private Pod pod(String name, String metadata) throws IOException {
    api.apply(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: NAME
              namespace: arrivals
              labels: { ambit.dev/injected: "true" }
            METADATAspec:
              containers: [{ name: agent, image: none.test/agent:1 }]
            """
                .replace("METADATA", metadata)
                .replace("NAME", name))
        .done();
    status(name, "Running");
    var uid =
        api.client().pods().inNamespace(NAMESPACE).withName(name).get().getMetadata().getUid();
    return Pod.newBuilder().setUid(uid).setNamespace(NAMESPACE).setName(name).build();
  }

  private void status(String name, String phase) {
    var _ =
        api.client()
            .pods()
            .inNamespace(NAMESPACE)
            .withName(name)
            .editStatus(pod -> {
              pod.getStatus().setPhase(phase);
              pod.getStatus().setPodIP("10.1.2.3");
              pod.getStatus().setPodIPs(List.of(new PodIP("10.1.2.3")));
              return pod;
            });
  }

  /// Nothing is ever closed here.
  private static final class NoClosures implements Closures {
    @Override
    public void wake(SessionId session) {}

    @Override
    public void awaitCut(SessionId session) {}

    @Override
    public int overdue() {
      return 0;
    }
  }
}
