package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `ambit namespace` prints is what an API server takes, to the last key, and again.
@ExtendWith(OneApiServer.class)
class AgentNamespaceTest {
  private final ApiServer api;

  AgentNamespaceTest(ApiServer api) {
    this.api = api;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "namespace plain-agents",
        "namespace explicit-agents --mode explicit --csi --upstream 203.0.113.0/24 --upstream 2001:db8::/32"
            + " --port 443 --port 8443 --metrics-namespace monitoring --opener-group team:flows"
      })
  void isAcceptedByTheApiServer(String words) throws IOException {
    var typed = Command.type(api.kubeconfig(), words.split(" ", -1));
    assertThat(typed.exit()).as(typed.toString()).isZero();
    var name = words.split(" ", -1)[1];
    // A dry run finds no namespace that only it would have made.
    var _ = api.kubectl("create", "namespace", name).done();
    try {
      var _ = api.apply(typed.out(), "--dry-run=server", "--validate=strict").done();
      var _ = api.apply(typed.out(), "--validate=strict").done();
      assertThat(api.apply(typed.out()).done()).doesNotContain("created", "configured");
    } finally {
      var _ = api.kubectl("delete", "namespace", name, "--wait=false").done();
    }
  }
}
