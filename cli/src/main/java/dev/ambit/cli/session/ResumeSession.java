package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.ResumeSessionRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit session resume`.
@Command(
    name = "resume",
    description = {
      "Affirms a SUSPENDED session again, whatever suspended it ('ambit session show' says what). Its opener only.",
    },
    footer = {
      "",
      "Examples:",
      "  ambit session resume 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --why 'the new path is part of the ticket'"
    })
public final class ResumeSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--why",
      paramLabel = "WHY",
      description = "One sentence, kept in the decision trail.")
  String why = "";

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public ResumeSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var resumed =
          controlPlane
              .sessions()
              .resumeSession(
                  ResumeSessionRequest.newBuilder().setSessionId(session).setDetail(why).build())
              .getSession();
      new Printer(shell, print)
          .print(
              () -> Tree.of(resumed), style -> new SessionView(shell.clock()).show(resumed, style));
    }
  }
}
