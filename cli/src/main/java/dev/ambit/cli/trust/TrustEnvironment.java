package dev.ambit.cli.trust;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.Json;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ambit trust env`.
@Command(
    name = "env",
    description = {
      "Prints the variables that make ordinary clients trust a proxy, for a shell. 'session run' sets the same ones."
    },
    footer = {
      "",
      "Examples:",
      "  eval \"$(ambit trust env --folder /run/ambit-trust)\"",
      "  ambit trust env --folder /run/ambit-trust -o json | jq -r .SSL_CERT_FILE"
    })
public final class TrustEnvironment implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      required = true,
      description = "The folder where the proxy writes whom to trust: its AMBIT_PROXY_TRUST_DIR.")
  Path folder = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "shell",
      description = "shell (default) or json.")
  Form form = Form.SHELL;

  /// How they are printed.
  enum Form {
    SHELL,
    JSON
  }

  public TrustEnvironment(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var trust = new TrustFolder(folder.toAbsolutePath().normalize());
    for (var file : List.of(trust.own(), trust.bundle(), trust.javaStore())) {
      if (!Files.isReadable(file)) {
        throw new Failure(
            ExitCode.NOT_FOUND,
            "--folder: "
                + file
                + " cannot be read (expected: the folder that a proxy has written)");
      }
    }
    var inherited = shell.environment().getOrDefault(TrustVariables.JAVA, "");
    var variables = new TreeMap<>(TrustVariables.of(trust, inherited));
    if (form == Form.JSON) {
      shell.out().println(Json.pretty(variables));
    } else {
      variables.forEach(
          (name, value) -> shell.out().println("export " + name + "=" + quoted(value)));
    }
    shell.out().flush();
    return ExitCode.OK.number();
  }

  /// One word for any shell, whatever is in it.
  private static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
