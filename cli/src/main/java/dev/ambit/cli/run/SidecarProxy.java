package dev.ambit.cli.run;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.HostPort;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.SpiffeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Runs the proxy program, with the production rules, as a child process for one command: identity
/// from a Workload API socket, the control plane that the command line is configured for.
public final class SidecarProxy implements LocalProxy {
  private static final String CLASS_PATH = "ambit.proxy.classpath";
  private static final String MAIN = "dev.ambit.proxy.ProxyMain";
  private static final int CONTROL_PORT = 9_443;
  private static final Duration IDENTITY_PATIENCE = Duration.ofSeconds(15);

  private final Shell shell;

  public SidecarProxy(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Running start(Request request) {
    var socket = socket(request);
    var access = Access.find(request.connection(), shell);
    var control = HostPort.parse("--control-plane", control(request, access));
    var controlId =
        request
            .controlPlaneId()
            .or(access::spiffeId)
            .orElseThrow(() ->
                new Failure(
                    ExitCode.USAGE,
                    "--control-plane-id: needed with --server (expected: the SPIFFE ID of the control plane)"));
    try {
      var workload = workload(socket);
      var folder = Files.createTempDirectory("ambit-run");
      var process =
          process(
              folder,
              Map.of(
                  "AMBIT_PROXY_SPIFFE_SOCKET",
                  "unix://" + socket.toAbsolutePath(),
                  "AMBIT_PROXY_CONTROL_PLANE",
                  control.toString(),
                  "AMBIT_PROXY_CONTROL_PLANE_ID",
                  controlId,
                  "AMBIT_PROXY_PRIVATE_DIR",
                  folder.resolve("private").toString(),
                  "AMBIT_PROXY_TRUST_DIR",
                  folder.resolve("trust").toString(),
                  "AMBIT_PROXY_LISTEN",
                  "127.0.0.1:0",
                  "AMBIT_PROXY_METRICS",
                  "127.0.0.1:0",
                  // It ends after the command and the session: nothing is left to wait for.
                  "AMBIT_PROXY_DRAIN_SECONDS",
                  "0"));
      return ProxyProcess.awaitReady(process, folder, workload);
    } catch (IOException failed) {
      throw new Failure(
          ExitCode.CONFIGURATION, "proxy: cannot be started: " + failed.getMessage(), failed);
    }
  }

  private Process process(Path folder, Map<String, String> settings) throws IOException {
    Files.createDirectory(folder.resolve("private"));
    Files.createDirectory(folder.resolve("trust"));
    var builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    classPath(),
                    MAIN,
                    // Its stdin is our pipe: however we end, it ends, too.
                    "--until-stdin-ends"))
            .redirectError(folder.resolve("proxy.log").toFile());
    var environment = builder.environment();
    // Settings of another proxy, and ways past or around this one, are not for it.
    environment
        .keySet()
        .removeIf(name ->
            name.startsWith("AMBIT_PROXY_")
                || name.equals("JAVA_TOOL_OPTIONS")
                || name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    environment.putAll(settings);
    return builder.start();
  }

  private static String classPath() {
    var classPath = System.getProperty(CLASS_PATH, "");
    if (classPath.isEmpty()) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          CLASS_PATH
              + ": not set (expected: the class path of the proxy; the launcher ./ambit sets it)");
    }
    return classPath;
  }

  private Path socket(Request request) {
    var named = shell.environment().getOrDefault("SPIFFE_ENDPOINT_SOCKET", "");
    var path =
        request
            .spiffeSocket()
            .or(() ->
                Stream.of(named)
                    .filter(text -> !text.isEmpty())
                    .map(text -> Path.of(text.replaceFirst("^unix:(//)?", "")))
                    .findFirst())
            .orElseThrow(() ->
                new Failure(
                    ExitCode.CONFIGURATION,
                    "--spiffe-socket: not given and SPIFFE_ENDPOINT_SOCKET not set (expected: the Workload API"
                        + " socket of a SPIRE agent); or start a development set with: ambit dev up"));
    if (!Files.exists(path)) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          "--spiffe-socket: " + path + " does not exist; is the SPIRE agent running?");
    }
    return path;
  }

  private static String control(Request request, Access access) {
    var file = access.directory().map(directory -> directory.resolve("proxy"));
    return request
        .controlPlane()
        .or(() -> file.filter(Files::isReadable).map(Access::line))
        .orElseGet(() -> access.host() + ":" + CONTROL_PORT);
  }

  private static String workload(Path socket) {
    try (var source = SpiffeSource.open(socket, IDENTITY_PATIENCE)) {
      return source.current().spiffeId();
    } catch (IdentityUnavailable none) {
      throw new Failure(ExitCode.CONFIGURATION, String.valueOf(none.getMessage()), none);
    }
  }
}
