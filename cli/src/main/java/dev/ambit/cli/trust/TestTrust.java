package dev.ambit.cli.trust;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.cluster.AgentPod;
import dev.ambit.cli.cluster.Cluster;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Report;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit trust test`.
@Command(
    name = "test",
    description = {
      "Tries which clients of this machine trust an authority that they are told of as a proxy tells them of its own:"
          + " by the variables of 'trust env', and by its directories laid over those of the system (in a mount"
          + " namespace, by root or where users may have one).",
      "Each makes connections to a server of that authority and to one of a foreign authority with the same name. The"
          + " key of a proxy's authority is the proxy's alone, so the test makes both authorities.",
      "Exit 0: each client that is there trusts in one way or the other, and never the foreign one; 1: one does not.",
      "With POD it tries those of a pod in a cluster, by exec into its container: that the overlay and each variable"
          + " lead to files with the authority of the pod's proxy, and then one GET each by curl, wget, git, python3,"
          + " node and jshell, of https://HOST/.well-known/ambit-trust-test, where HOST is one that a target of an active"
          + " session of the pod's workload knows. The answer is mostly the proxy's refusal, which does as well; a"
          + " session that grants that path sends it upstream, and it is recorded like any call. A program that the"
          + " image has not got is not tried, and the command writes nothing in the container."
    },
    footer = {
      "",
      "Examples:",
      "  ambit trust test",
      "  ambit trust test coder-7d9f -n agents",
      "  ambit trust test -o json | jq -r '.clients[] | select(.directory == \"no\") | .client'"
    })
public final class TestTrust implements Callable<Integer> {
  private final Shell shell;
  private final Connector connector;

  @Parameters(
      arity = "0..1",
      paramLabel = "POD",
      description = "Name of a pod that was injected. Default: this machine.")
  String pod = "";

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      defaultValue = "default",
      description = "Namespace of the pod. Default: default.")
  String namespace = "default";

  @Option(
      names = {"-c", "--container"},
      paramLabel = "NAME",
      description = "Container of the pod. Default: the one that kubectl takes.")
  String container = "";

  @Option(
      names = "--host",
      paramLabel = "HOST[:PORT]",
      description = "Host to ask for, known to a target. Default: one of an active session.")
  String host = "";

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  public TestTrust(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return pod.isEmpty() ? onThisMachine() : inPod();
  }

  private int inPod() {
    try (var cluster = Cluster.open(connection.cluster, shell)) {
      var meant = AgentPod.find(cluster, namespace, pod, container);
      return new Report(new PodTrust(shell, connector, connection).look(meant, host))
          .print(shell, print)
          .number();
    }
  }

  private int onThisMachine() throws IOException, InterruptedException {
    var lines = new ArrayList<Matrix.Line>();
    var folder = Files.createTempDirectory("ambit-trust");
    try (var matrix = new Matrix(folder, shell.environment(), shell.clock().instant());
        var progress = Progress.of(shell, "trying clients")) {
      if (!matrix.triesDirectory()) {
        shell
            .err()
            .println(
                "ambit: directory: not tried (expected: unshare of util-linux, and root or user namespaces)");
      }
      for (var client : Client.ALL) {
        progress.now("trying " + client.name());
        lines.add(matrix.tryOut(client));
      }
    } finally {
      remove(folder);
    }
    var wrong = lines.stream().filter(Matrix.Line::wrong).count();
    new Printer(shell, print).print(() -> tree(lines, wrong), style -> table(lines, wrong, style));
    return (wrong == 0 ? ExitCode.OK : ExitCode.REFUSED).number();
  }

  private static Map<String, Object> tree(List<Matrix.Line> lines, long wrong) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("verdict", wrong == 0 ? "green" : "red");
    tree.put("clients", lines.stream().map(TestTrust::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(Matrix.Line line) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("client", line.client());
    tree.put("environment", line.environment().text());
    tree.put("directory", line.directory().text());
    return tree;
  }

  private static String table(List<Matrix.Line> lines, long wrong, Style style) {
    var table = Table.of("CLIENT", "ENVIRONMENT", "DIRECTORY");
    for (var line : lines) {
      table.row(line.client(), line.environment().text(), line.directory().text());
    }
    var verdict =
        wrong == 0
            ? style.good("green: no client is without trust, and none trusts anyone")
            : style.bad("red: clients without trust, or that trust anyone: " + wrong);
    return table.print(style) + "\n" + verdict + "\n";
  }

  private static void remove(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
