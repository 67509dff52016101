package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.WatchSessionRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ambit session watch`.
@Command(
    name = "watch",
    description =
        "Follows one session until it is CLOSED: a line, a line of JSON or a YAML document per change.",
    footer = {
      "",
      "Examples:",
      "  ambit session watch 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit session watch 01JZ8YQ5V7N3K2M4P6R8T0W1X3 -o json | jq -r .state"
    })
public final class WatchSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public WatchSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    var printer = new Printer(shell, print);
    var view = new SessionView(shell.clock());
    try (var controlPlane = connector.connect(connection)) {
      controlPlane
          .watching()
          .watchSession(WatchSessionRequest.newBuilder().setSessionId(session).build())
          .forEachRemaining(change ->
              printer.next(
                  () -> Tree.of(change.getSession()), _ -> view.change(change.getSession())));
    }
  }
}
