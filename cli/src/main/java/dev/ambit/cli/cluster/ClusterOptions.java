package dev.ambit.cli.cluster;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which release of which cluster, shared by every command that asks one.
public final class ClusterOptions {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "Leads to a control plane in a cluster, by a port-forward. Default, where there is no access directory: the"
              + " first file of $$KUBECONFIG, else ~/.kube/config.")
  public @Nullable Path kubeconfig;

  @Option(
      names = "--kube-context",
      paramLabel = "NAME",
      description = "Context of the kubeconfig. Default: its current one.")
  public @Nullable String context;

  @Option(
      names = "--kubernetes-namespace",
      paramLabel = "NS",
      description = "Namespace of the release. Default: ambit-system.")
  public @Nullable String namespace;

  @Option(
      names = "--release",
      paramLabel = "NAME",
      description = "Name of the release. Default: ambit.")
  public @Nullable String release;

  @Option(
      names = "--full-name",
      paramLabel = "NAME",
      description =
          "What names of the release's parts begin with, where it has fullnameOverride or nameOverride.")
  public @Nullable String full;

  @Option(
      names = "--service-account",
      paramLabel = "[NS:]NAME",
      description =
          "ServiceAccount to ask as; without NS of the release's namespace. Default: the release's operator.")
  public @Nullable String account;

  /// Not told by the cluster: who may write a ConfigMap is not to choose what a token is good for.
  @Option(
      names = "--token-audience",
      paramLabel = "NAME",
      description =
          "Audience of the token, as controlPlane.tokenAudience of the chart. Default: ambit.")
  public @Nullable String audience;

  /// Whether any of them was given.
  public boolean named() {
    return Stream.of(kubeconfig, context, namespace, release, full, account, audience)
        .anyMatch(option -> option != null);
  }

  /// The release they name.
  public Release release() {
    return Release.of(
        namespace == null ? Release.NAMESPACE : namespace,
        release == null ? Release.NAME : release,
        full);
  }
}
