package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.UpdateContextRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ambit session context`.
@Command(
    name = "context",
    description = {
      "Says that something around the job has changed: conditions are judged by it at once. Its opener only.",
      "A key that the template lists under suspendOn suspends the session until 'ambit session resume'.",
      "Returns when every proxy judges by it or has no lease any more."
    },
    footer = {
      "",
      "Examples:",
      "  ambit session context 01JZ8YQ5V7N3K2M4P6R8T0W1X3 case_state=closed",
      "  ambit session context 01JZ8YQ5V7N3K2M4P6R8T0W1X3 user=          (no user any more)"
    })
public final class ContextSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Parameters(index = "0", paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY=VALUE",
      description = "What is so now; an empty value removes the key.")
  Map<String, String> changes = new LinkedHashMap<>();

  public ContextSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var changed =
          controlPlane
              .untilCut()
              .updateContext(
                  UpdateContextRequest.newBuilder()
                      .setSessionId(session)
                      .putAllChanges(changes)
                      .build())
              .getSession();
      new Printer(shell, print)
          .print(
              () -> Tree.of(changed), style -> new SessionView(shell.clock()).show(changed, style));
    }
  }
}
