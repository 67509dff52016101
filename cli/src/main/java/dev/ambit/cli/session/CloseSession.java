package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.CloseReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit session close`.
@Command(
    name = "close",
    description = {
      "Ends a session: its proxies stop and cut, its credentials are revoked and probed until they are proven dead.",
      "Waits for CLOSED, at most --wait; a session with a credential that is not proven dead stays CLOSING (exit 1)."
    },
    footer = {
      "",
      "Examples:",
      "  ambit session close 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit session close 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --revoke 'the agent writes to the wrong ticket'"
    })
public final class CloseSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--revoke",
      paramLabel = "WHY",
      description = "Takes the authority away before the job is done; the receipt says why.")
  @Nullable String why;

  @Option(names = "--no-wait", description = "Returns after the cut, before the proof.")
  boolean cutOnly;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "How long to wait for CLOSED. Default: 60s.")
  Duration patience = Duration.ofMinutes(1);

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public CloseSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var ending = new Ending(shell, controlPlane);
      var cut =
          why == null
              ? ending.cut(session, CloseReason.CLOSE_REASON_COMPLETED, "")
              : ending.cut(session, CloseReason.CLOSE_REASON_REVOKED, why);
      var closed = cutOnly ? cut : ending.untilClosed(cut, patience);
      new Printer(shell, print)
          .print(
              () -> Tree.of(closed), style -> new SessionView(shell.clock()).show(closed, style));
    }
  }
}
