package dev.ambit.cli.cluster;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.Text;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The API server that a kubeconfig leads to, and the release that is meant. Thread-safe; blocks.
public final class Cluster implements AutoCloseable {
  static final int UNAUTHORIZED = 401;
  static final int FORBIDDEN = 403;
  private static final int ANSWER_MILLIS = 15_000;

  private final Path kubeconfig;
  private final KubernetesClient client;
  private final Release release;

  private Cluster(Path kubeconfig, KubernetesClient client, Release release) {
    this.kubeconfig = kubeconfig;
    this.client = client;
    this.release = release;
  }

  /// The kubeconfig that is named or lies in its usual place; empty when there is none.
  public static Optional<Path> kubeconfig(ClusterOptions options, Shell shell) {
    if (options.kubeconfig != null) {
      return Optional.of(options.kubeconfig);
    }
    var named = shell.environment().getOrDefault("KUBECONFIG", "");
    return named.isEmpty()
        ? Optional.of(shell.home().resolve(".kube/config")).filter(Files::isReadable)
        : Arrays.stream(named.split(File.pathSeparator, -1))
            .filter(file -> !file.isEmpty())
            .map(Path::of)
            .filter(Files::isReadable)
            .findFirst();
  }

  /// Opens it; nothing is asked yet.
  public static Cluster open(ClusterOptions options, Shell shell) {
    var file =
        kubeconfig(options, shell)
            .filter(Files::isReadable)
            .orElseThrow(() ->
                new Failure(
                    ExitCode.CONFIGURATION,
                    "kubeconfig: none can be read (expected: --kubeconfig FILE, KUBECONFIG or ~/.kube/config)"));
    var access =
        new ConfigBuilder(config(file, options))
            .withRequestTimeout(ANSWER_MILLIS)
            .withConnectionTimeout(ANSWER_MILLIS)
            .withRequestRetryBackoffLimit(1)
            .build();
    return new Cluster(
        file, new KubernetesClientBuilder().withConfig(access).build(), options.release());
  }

  private static Config config(Path file, ClusterOptions options) {
    var wanted = options.context == null ? "the current one" : options.context;
    try {
      var config = Config.fromKubeconfig(options.context, file.toFile());
      var context = config.getCurrentContext();
      if (context == null
          || (options.context != null && !context.getName().equals(options.context))) {
        throw new Failure(
            ExitCode.CONFIGURATION,
            "--kube-context: "
                + wanted
                + " is not in "
                + file
                + " (expected: one of its contexts)");
      }
      return config;
    } catch (KubernetesClientException | IllegalArgumentException | YamlEngineException broken) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          "--kubeconfig: " + file + " cannot be read as one (expected: as kubectl reads it)",
          broken);
    }
  }

  /// Asks it; what it refuses, or that it is away, ends the command with a sentence.
  ///
  /// @param what that is asked, as `to get configmaps`
  public <T> T ask(String what, Supplier<T> question) {
    try {
      return question.get();
    } catch (KubernetesClientException failed) {
      throw new Failure(ExitCode.UNREACHABLE, sentence(what, failed), failed);
    }
  }

  /// What went wrong, in one sentence.
  String sentence(String what, KubernetesClientException failed) {
    if (failed.getCode() == UNAUTHORIZED) {
      return "cluster: the API server does not accept the user of " + kubeconfig;
    }
    if (failed.getCode() == FORBIDDEN) {
      return "cluster: the user of " + kubeconfig + " has no right " + what;
    }
    Throwable root = failed;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return "cluster: the API server of "
        + kubeconfig
        + " failed "
        + what
        + ": "
        + Text.line(String.valueOf(root.getMessage()));
  }

  public KubernetesClient client() {
    return client;
  }

  public Release release() {
    return release;
  }

  /// For people: which one it is.
  public String where() {
    return kubeconfig
        + ": "
        + client.getMasterUrl()
        + ", release "
        + release.name()
        + " in "
        + release.namespace();
  }

  @Override
  public void close() {
    client.close();
  }
}
