package dev.ambit.cluster.machine;

import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A real API server with etcd and the controllers, on loopback: admission, RBAC, policies and
/// tokens are those of any cluster, and no pod ever runs.
public final class ApiServer implements Closeable {
  private final Path folder;
  private final KubernetesClient client;

  private ApiServer(Path folder) throws IOException {
    this.folder = folder;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig(folder))))
            .build();
  }

  /// Starts one and waits until it serves, ten seconds.
  ///
  /// @param folder new or empty, with a short path
  public static ApiServer start(Path folder) throws IOException, InterruptedException {
    Tools.need("plane");
    var _ = script("up", folder).done();
    return new ApiServer(folder);
  }

  /// The administrator's access.
  public Path kubeconfig() {
    return kubeconfig(folder);
  }

  /// The same as a client. Thread-safe.
  public KubernetesClient client() {
    return client;
  }

  /// Runs kubectl as the administrator, to its end.
  public Ran kubectl(String... words) {
    var command = new ArrayList<>(List.of(Tools.folder().resolve("kubectl").toString()));
    command.addAll(List.of(words));
    // It keeps what it learnt of the server in its home.
    return User.ROOT
        .with("KUBECONFIG", kubeconfig().toString())
        .with("HOME", folder.toString())
        .run(command);
  }

  /// Applies manifests, as `kubectl apply` does with a file.
  ///
  /// @param options as `--dry-run=server`
  public Ran apply(String yaml, String... options) throws IOException {
    var file = Files.createTempFile(folder, "manifest", ".yaml");
    Files.writeString(file, yaml, StandardCharsets.UTF_8);
    var words = new ArrayList<>(List.of("apply", "-f", file.toString()));
    words.addAll(List.of(options));
    return kubectl(words.toArray(String[]::new));
  }

  @Override
  public void close() {
    client.close();
    var _ = script("down", folder).done();
  }

  private static Ran script(String verb, Path folder) {
    return User.ROOT
        .with("AMBIT_TOOLS", Tools.home().toString())
        .with("HOME", folder.toString())
        .run(Tree.script("plane"), verb, folder.toString());
  }

  private static Path kubeconfig(Path folder) {
    return folder.resolve("kubeconfig");
  }
}
