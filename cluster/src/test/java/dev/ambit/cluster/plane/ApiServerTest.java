package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneApiServer.class)
class ApiServerTest {
  private final ApiServer api;

  ApiServerTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void itIsOfTheVersionThatTheChartIsFor() {
    assertThat(api.client().getKubernetesVersion().getGitVersion()).startsWith("v1.34.");
    assertThat(api.kubectl("get", "namespace", "default", "-o", "name").done())
        .isEqualTo("namespace/default\n");
  }
}
