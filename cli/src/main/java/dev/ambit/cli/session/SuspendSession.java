package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.SuspendSessionRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit session suspend`.
@Command(
    name = "suspend",
    description = {
      "Stops an ACTIVE session: every call is denied and open streams are cut, until its opener resumes it.",
      "Returns when every proxy has cut or has no lease any more. Its time to live goes on."
    },
    footer = {
      "",
      "Examples:",
      "  ambit session suspend 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit session suspend 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --why 'it calls what it never called before'"
    })
public final class SuspendSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--why",
      paramLabel = "WHY",
      description = "One sentence, shown with the session and kept in the decision trail.")
  String why = "";

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public SuspendSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var suspended =
          controlPlane
              .untilCut()
              .suspendSession(
                  SuspendSessionRequest.newBuilder().setSessionId(session).setDetail(why).build())
              .getSession();
      new Printer(shell, print)
          .print(
              () -> Tree.of(suspended),
              style -> new SessionView(shell.clock()).show(suspended, style));
    }
  }
}
