package dev.ambit.cli.connect;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.cluster.Cluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// One control plane: where it is, how it is recognised, and what it is shown.
///
/// @param directory the access directory, for what else lies in it; empty with --server
/// @param host a name or address
/// @param bundle PEM file with the authorities that may vouch for it
/// @param spiffeId its identity; empty: it is recognised by `host`
/// @param token file with the bearer token; read when it is used
public record Access(
    Optional<Path> directory,
    String host,
    int port,
    Path bundle,
    Optional<String> spiffeId,
    Path token) {
  private static final long FILE_BYTES_MAX = 1 << 20;

  /// What the options name, or the first place where there is something.
  public static Access find(ConnectionOptions options, Shell shell) {
    if (options.server != null) {
      if (options.ca == null || options.tokenFile == null) {
        throw new Failure(
            ExitCode.USAGE, "--server: needs --ca FILE and --token-file FILE beside it");
      }
      return at(
          Optional.empty(),
          "--server",
          options.server,
          options.ca,
          Optional.empty(),
          options.tokenFile);
    }
    if (inCluster(options, shell)) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          "access: a control plane in a cluster, which a proxy on this machine cannot reach (expected: an access"
              + " directory); in a cluster, annotate the pod or Job instead");
    }
    return ofDirectory(directory(options, shell));
  }

  /// Whether a kubeconfig leads to the control plane that is meant: it is said so, or nothing else
  /// is there.
  public static boolean inCluster(ConnectionOptions options, Shell shell) {
    var files = options.access != null || options.server != null;
    if (options.cluster.named()) {
      if (files) {
        throw new Failure(
            ExitCode.USAGE,
            "--access, --server: not beside --kubeconfig and what belongs to it (expected: one way)");
      }
      return true;
    }
    return !files
        && shell.environment().getOrDefault("AMBIT_ACCESS", "").isEmpty()
        && !Files.isDirectory(directory(options, shell))
        && Cluster.kubeconfig(options.cluster, shell).isPresent();
  }

  /// Reads an access directory: `server`, `id`, `bundle.pem`, `token`.
  public static Access ofDirectory(Path directory) {
    for (var file : new String[] {"server", "id", "bundle.pem", "token"}) {
      if (!Files.isReadable(directory.resolve(file))) {
        throw new Failure(
            ExitCode.CONFIGURATION,
            "access: "
                + directory.resolve(file)
                + " cannot be read (expected: the directory with server, id, bundle.pem and token that a control plane"
                + " writes); name it with --access or AMBIT_ACCESS, or a cluster with"
                + " --kubeconfig, or start one with: ambit dev up");
      }
    }
    return at(
        Optional.of(directory),
        directory.resolve("server").toString(),
        line(directory.resolve("server")),
        directory.resolve("bundle.pem"),
        Optional.of(line(directory.resolve("id"))),
        directory.resolve("token"));
  }

  private static Path directory(ConnectionOptions options, Shell shell) {
    if (options.access != null) {
      return options.access;
    }
    var named = shell.environment().get("AMBIT_ACCESS");
    if (named != null && !named.isEmpty()) {
      return Path.of(named);
    }
    var development = shell.developmentState().resolve("access");
    return Files.isDirectory(development)
        ? development
        : shell.home().resolve(".config/ambit/access");
  }

  private static Access at(
      Optional<Path> directory,
      String field,
      String server,
      Path bundle,
      Optional<String> spiffeId,
      Path token) {
    var address = HostPort.parse(field, server);
    return new Access(directory, address.host(), address.port(), bundle, spiffeId, token);
  }

  /// The first line of a small file, trimmed.
  public static String line(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new Failure(ExitCode.CONFIGURATION, file + ": too large (expected: at most 1 MiB)");
      }
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException missing) {
      throw new Failure(ExitCode.CONFIGURATION, file + ": no such file", missing);
    } catch (IOException unreadable) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          file + ": cannot be read (" + unreadable.getClass().getSimpleName() + ")",
          unreadable);
    }
  }
}
