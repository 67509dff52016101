package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import dev.ambit.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/// The mode for clusters that forbid NET_ADMIN: pods are told of their proxy by variables.
@ExtendWith(OneSite.class)
@TestInstance(Lifecycle.PER_CLASS)
class ExplicitModeTest {
  private static final String ASKING = "annotations: { ambit.dev/session-template: report }";
  private static final String POD = "explicit";

  private final Site site;

  ExplicitModeTest(Site site) {
    this.site = site;
  }

  @BeforeAll
  void start() throws Exception {
    helm(
        "upgrade",
        "ambit",
        Tree.chart().toString(),
        "--reuse-values",
        "--set",
        "proxy.mode=explicit");
    // An old replica of the webhook may still be asked while the API server learns of the new ones.
    Await.until(
        "pods are injected in the new mode",
        Site.PATIENCE,
        () -> {
          var shown = site.tried(site.agent("tried", "")).out();
          return shown.contains("ambit-proxy") && !shown.contains("ambit-redirect");
        });
    site.start(POD, site.agent(POD, ASKING));
  }

  @AfterAll
  void goBack() {
    site.remove(POD);
    helm("rollback", "ambit");
    Await.until(
        "pods are injected as before",
        Site.PATIENCE,
        () -> site.tried(site.agent("tried", "")).out().contains("ambit-redirect"));
  }

  @Test
  void nobodyInThePodHasACapability() {
    assertThat(spec("{.spec.initContainers[*].name}")).isEqualTo("ambit-proxy");
    assertThat(
            spec(
                "{.spec.initContainers[*].securityContext.capabilities.add}{.spec.containers[*].securityContext.capabilities.add}"))
        .isEmpty();
  }

  @Test
  void plainCurlIsPermittedWithACredentialAndDeniedOutOfScope() {
    assertThat(site.curl(POD, site.items()).out()).contains("quarterly figures").endsWith("\n200");
    assertThat(site.requests().getLast().facts().toString()).contains("Bearer ");
    assertThat(site.curl(POD, "-X", "DELETE", site.items()).out())
        .contains("urn:ambit:denial:method_not_granted")
        .endsWith("\n403");
  }

  @Test
  void whoGoesAroundTheProxyHasNoCredential() {
    var around = site.curl(POD, "--noproxy", "*", "--insecure", site.items());
    assertThat(around.out()).endsWith("\n401");
    assertThat(site.requests().getLast().facts().toString()).doesNotContain("Bearer ");
  }

  private String spec(String path) {
    return site.node()
        .kubectl("get", "pod", POD, "-n", Site.AGENTS, "-o", "jsonpath=" + path)
        .done();
  }

  private void helm(String... words) {
    var command = new ArrayList<>(List.of(words));
    command.addAll(List.of("--namespace", "ambit-system", "--wait", "--timeout", "3m"));
    var _ = site.node().helm(command.toArray(String[]::new)).done();
  }
}
