package dev.ambit.control.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.Optional;

/// How this program reaches the API server.
public final class Cluster {
  /// Who asks waits for the answer, and asks again when there is none.
  private static final int ANSWER_MILLIS = 5_000;

  private Cluster() {}

  /// Connects to nothing yet.
  ///
  /// @param kubeconfig empty: by the account of the pod it runs in
  public static KubernetesClient client(Optional<Path> kubeconfig) {
    var access =
        kubeconfig
            .map(file -> Config.fromKubeconfig(file.toFile()))
            .orElseGet(() -> Config.autoConfigure(null));
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(access)
                .withRequestTimeout(ANSWER_MILLIS)
                .withConnectionTimeout(ANSWER_MILLIS)
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }
}
