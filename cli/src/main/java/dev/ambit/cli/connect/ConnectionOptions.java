package dev.ambit.cli.connect;

import dev.ambit.cli.cluster.ClusterOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say which control plane, shared by every command that asks one.
public final class ConnectionOptions {
  @Option(
      names = "--access",
      paramLabel = "DIR",
      description = {
        "Access directory written by the control plane. Default: $AMBIT_ACCESS, else that of a running 'ambit dev"
            + " up', else ~/.config/ambit/access."
      })
  public @Nullable Path access;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "The control plane's people port, known by DNS name; with --ca and --token-file.")
  public @Nullable String server;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM file with the only authorities that may vouch for --server.")
  public @Nullable Path ca;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the bearer token for --server.")
  public @Nullable Path tokenFile;

  @Mixin public ClusterOptions cluster = new ClusterOptions();
}
