package dev.ambit.cli.trust;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
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

/// `ambit trust test`.
@Command(
    name = "test",
    description = {
      "Tries which clients of this machine trust an authority that they are told of as a proxy tells them of its own:"
          + " by the variables of 'trust env', and by its directories laid over those of the system (in a mount"
          + " namespace, by root or where users may have one).",
      "Each makes connections to a server of that authority and to one of a foreign authority with the same name. The"
          + " key of a proxy's authority is the proxy's alone, so the test makes both authorities.",
      "Exit 0: each client that is there trusts in one way or the other, and never the foreign one; 1: one does not."
    },
    footer = {
      "",
      "Examples:",
      "  ambit trust test",
      "  ambit trust test -o json | jq -r '.clients[] | select(.directory == \"no\") | .client'"
    })
public final class TestTrust implements Callable<Integer> {
  private final Shell shell;

  @Mixin PrintOptions print = new PrintOptions();

  public TestTrust(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
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
