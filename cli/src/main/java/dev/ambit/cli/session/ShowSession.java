package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.GetSessionRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ambit session show`.
@Command(
    name = "show",
    description = "Shows one session: where it stands, what it may do, its credentials.",
    footer = {
      "",
      "Examples:",
      "  ambit session show 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit session show 01JZ8YQ5V7N3K2M4P6R8T0W1X3 -o json | jq .envelope"
    })
public final class ShowSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public ShowSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var found =
          controlPlane
              .sessions()
              .getSession(GetSessionRequest.newBuilder().setSessionId(session).build())
              .getSession();
      new Printer(shell, print)
          .print(() -> Tree.of(found), style -> new SessionView(shell.clock()).show(found, style));
    }
  }
}
