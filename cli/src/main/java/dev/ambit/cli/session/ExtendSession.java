package dev.ambit.cli.session;

import com.google.protobuf.util.Durations;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.ExtendSessionRequest;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit session extend`.
@Command(
    name = "extend",
    description =
        "Moves the expiry of an ACTIVE session, never past its template's maxTtl. Its opener only.",
    footer = {
      "",
      "Examples:",
      "  ambit session extend 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --ttl 15m     (15 minutes from now)"
    })
public final class ExtendSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--ttl",
      required = true,
      paramLabel = "DURATION",
      description = "How long from now the session shall live, for example 15m.")
  Duration ttl = Duration.ZERO;

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public ExtendSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var extended =
          controlPlane
              .sessions()
              .extendSession(
                  ExtendSessionRequest.newBuilder()
                      .setSessionId(session)
                      .setTtl(Durations.fromNanos(ttl.toNanos()))
                      .build())
              .getSession();
      new Printer(shell, print)
          .print(
              () -> Tree.of(extended),
              style -> new SessionView(shell.clock()).show(extended, style));
    }
  }
}
