package dev.ambit.cluster.plane;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What came of a command of `ambit`, typed at a machine with nothing but a kubeconfig.
record Command(int exit, String out, String err) {
  static Command type(Path kubeconfig, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    var shell =
        new Shell(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false,
            false,
            Map.of("KUBECONFIG", kubeconfig.toString()),
            Path.of("/nowhere"),
            InstantSource.system());
    var line =
        AmbitMain.commandLine(
            shell,
            _ -> {
              throw new AssertionError("no proxy is started by these commands");
            });
    return new Command(line.execute(words), out.toString(), err.toString());
  }

  /// The findings of a check that was printed as JSON: what, verdict and what was found, each in a
  /// line.
  List<String> findings() {
    var tree =
        (Map<?, ?>)
            Json.read(out.getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new AssertionError(this));
    return ((List<?>) Objects.requireNonNull(tree.get("checks")))
        .stream()
            .map(item -> (Map<?, ?>) item)
            .map(item -> item.get("check") + " " + item.get("verdict") + ": " + item.get("found"))
            .toList();
  }
}
