package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Three commands lead from an empty cluster with SPIRE to an agent that is under Ambit.
@ExtendWith(OneSite.class)
class QuickStartTest {
  private static final String PAGE = "docs/kubernetes-transcript.md";

  private final Site site;

  QuickStartTest(Site site) {
    this.site = site;
  }

  @Test
  void plainCurlIsPermittedWithACredentialDeniedOutOfScopeAndDeadAfterTheSession()
      throws IOException {
    site.start("quick", site.agent("quick", ""));
    site.step(
        "kubectl apply -n agents -f agent.yaml",
        site.node().kubectl("get", "pod", "quick", "-n", Site.AGENTS));
    var none = site.curl("quick", site.items());
    assertThat(none.exit()).isNotZero();

    var before = site.requests().size();
    var session = site.grant("quick");
    var granted =
        site.step(
            "kubectl exec -n agents quick -- curl -s " + site.items(),
            site.exec("quick", "curl", "-sS", "-v", site.items()));
    assertThat(granted.out()).contains("quarterly figures");
    assertThat(site.requests().size()).isGreaterThan(before + 1);
    assertThat(site.requests().getLast().facts().toString()).contains("Bearer ");
    assertThat(granted.out() + granted.err()).doesNotContainIgnoringCase("bearer");

    var sent = site.requests().size();
    var denied =
        site.step(
            "kubectl exec -n agents quick -- curl -s -X DELETE " + site.items(),
            site.exec("quick", "curl", "-sS", "-X", "DELETE", site.items()));
    assertThat(denied.out()).contains("urn:ambit:denial:method_not_granted");

    var closed =
        site.step("ambit session close " + session, site.ambit("session", "close", session));
    assertThat(closed.out()).contains("CLOSED");
    assertThat(site.curl("quick", site.items()).exit()).isNotZero();
    assertThat(site.requests()).hasSize(sent);
    var receipt =
        site.step("ambit receipt show " + session, site.ambit("receipt", "show", session));
    assertThat(receipt.out()).contains("proven dead at");
    site.step("ambit check", site.ambit("check"));
    site.remove("quick");
    tellAsPage();
  }

  @Test
  void aPersonWhoseTokenIsForSomethingElseIsToldSo() {
    var refused = site.ambit("session", "list", "--token-audience", "something-else");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err()).contains("expected: a token of audience ambit");
  }

  /// What a reader sees is what was seen here.
  private void tellAsPage() throws IOException {
    if (!Boolean.getBoolean("ambit.write.docs")) {
      return;
    }
    var steps =
        site.transcript().stream()
            .map(step -> "```\n$ " + step.typed() + "\n" + step.seen().strip() + "\n```\n")
            .collect(Collectors.joining("\n"))
            .replace(site.node().kubeconfig().toString(), "~/.kube/config");
    Files.writeString(
        Tree.root().resolve(PAGE),
        "# From an empty cluster to an agent under Ambit\n\nWritten by `QuickStartTest` on a real node (Kubernetes, containerd,"
            + " SPIRE with identities per container).\n\n"
            + steps);
  }
}
