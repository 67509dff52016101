package dev.ambit.cli.run;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.session.OrderOptions;
import dev.ambit.proto.v1.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit session run`.
@Command(
    name = "run",
    description = {
      "Runs a command inside a session of its own: opens it, starts a proxy and points the command's HTTP clients and",
      "their trust at it, closes the session when the command ends, however it ends, and prints what its receipt says.",
      "The exit code is the command's own; 127 when it cannot be started; those below when it never got so far."
    },
    footer = {
      "",
      "Examples:",
      "  ambit session run --template fetch-report -- python3 report.py --month 3",
      "  ambit session run -t coding-ticket -p repo=shop -p ticket=42 -- ./agent",
      "  ambit session run -t fetch-report --spiffe-socket /run/spire/agent.sock -- curl -s https://api.example.com/v1"
    })
public final class RunSession implements Callable<Integer> {
  private static final int CANNOT_START = 127;
  private static final Duration ENFORCED_MAX = Duration.ofSeconds(15);

  private final Shell shell;
  private final Connector connector;
  private final LocalProxy localProxy;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin OrderOptions order = new OrderOptions();

  @Option(
      names = "--spiffe-socket",
      paramLabel = "PATH",
      description = {
        "Workload API socket that gives the proxy its identity. Default: $SPIFFE_ENDPOINT_SOCKET; not needed with a"
            + " running 'ambit dev up'."
      })
  @Nullable Path socket;

  @Option(
      names = "--control-plane",
      paramLabel = "HOST:PORT",
      description = {
        "Where the control plane takes proxies. Default: the file proxy of the access directory, else port 9443"
            + " of the same host."
      })
  @Nullable String controlPlane;

  @Option(
      names = "--control-plane-id",
      paramLabel = "SPIFFE-ID",
      description = "Its identity. Default: the file id of the access directory.")
  @Nullable String controlPlaneId;

  @Option(
      names = {"-w", "--workload"},
      paramLabel = "SPIFFE-ID",
      description = "Refuses to start when the proxy's identity is another one.")
  String workload = "";

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "How long to wait for the receipt at the end. Default: 60s.")
  Duration patience = Duration.ofMinutes(1);

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command, after --.")
  List<String> command = new ArrayList<>();

  public RunSession(Shell shell, Connector connector, LocalProxy localProxy) {
    this.shell = shell;
    this.connector = connector;
    this.localProxy = localProxy;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (var controlPlane = connector.connect(connection);
        var proxy = startProxy()) {
      if (!workload.isEmpty() && !workload.equals(proxy.workload())) {
        throw new Failure(
            ExitCode.CONFIGURATION,
            "--workload: the proxy's identity is "
                + proxy.workload()
                + " (expected: "
                + workload
                + ")");
      }
      var session =
          controlPlane.sessions().openSession(order.request(proxy.workload(), "")).getSession();
      var job = new Job(shell, controlPlane, session, patience);
      var hook = new Thread(() -> interrupted(job, proxy));
      Runtime.getRuntime().addShutdownHook(hook);
      try (job) {
        shell.err().println("ambit: session " + session.getId() + " of " + proxy.workload());
        return run(job, proxy, session);
      } finally {
        forget(hook);
      }
    }
  }

  private LocalProxy.Running startProxy() {
    try (var _ = Progress.of(shell, "starting a proxy")) {
      return localProxy.start(
          new LocalProxy.Request(
              connection,
              Optional.ofNullable(socket),
              Optional.ofNullable(controlPlane),
              Optional.ofNullable(controlPlaneId)));
    }
  }

  private int run(Job job, LocalProxy.Running proxy, Session session) throws InterruptedException {
    try (var _ = Progress.of(shell, "waiting for the proxy to enforce the session")) {
      if (!proxy.enforces(session, ENFORCED_MAX)) {
        throw new Failure(
            ExitCode.REFUSED,
            "proxy: does not enforce session "
                + session.getId()
                + " after 15 s; is it attached to the control plane you talk to?");
      }
    }
    var javaOptions = shell.environment().getOrDefault("JAVA_TOOL_OPTIONS", "");
    try {
      return job.run(
          command, AgentEnvironment.variables(proxy.address(), proxy.trust(), javaOptions));
    } catch (Job.NotStarted notStarted) {
      shell.err().println("ambit: " + notStarted.getMessage());
      return CANNOT_START;
    }
  }

  /// SIGINT, SIGTERM or SIGHUP came: the command is told, and the session still ends in order.
  private static void interrupted(Job job, LocalProxy.Running proxy) {
    job.stop();
    job.close();
    proxy.close();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The hook is running: it does the rest.
    }
  }
}
