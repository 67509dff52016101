package dev.ambit.cli.audit;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.VerifyAuditRequest;
import dev.ambit.proto.v1.VerifyAuditResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ambit audit verify`.
@Command(
    name = "verify",
    description = {
      "Lets the control plane check its decision trail: every record's hash from the first to the last, and every chain",
      "against the signed checkpoints. Exit 0: nothing was changed; 1: something was, each place in a line."
    },
    footer = {
      "",
      "Examples:",
      "  ambit audit verify                                  (everything)",
      "  ambit audit verify 01JZ8YQ5V7N3K2M4P6R8T0W1X3       (the chains that mention one session)"
    })
public final class VerifyAudit implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "SESSION",
      description = "Identifier of a session. Default: all chains.")
  String session = "";

  public VerifyAudit(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var report = report(controlPlane);
      new Printer(shell, print).print(() -> Tree.of(report), style -> table(report, style));
      if (report.getDefectsCount() > 0) {
        throw new Failure(
            ExitCode.REFUSED,
            "audit: "
                + report.getDefectsCount()
                + " places are not as they were written; keep the database file for whoever looks into it");
      }
      if (report.getIncomplete()) {
        shell
            .err()
            .println("ambit: there was more than one check may read; verify session by session");
      }
    }
  }

  private VerifyAuditResponse report(ControlPlane controlPlane) {
    try (var _ = Progress.of(shell, "checking the decision trail")) {
      return controlPlane
          .checking()
          .verifyAudit(VerifyAuditRequest.newBuilder().setSessionId(session).build());
    }
  }

  private static String table(VerifyAuditResponse report, Style style) {
    if (report.getDefectsCount() == 0) {
      return style.good("whole")
          + "  "
          + report.getRecords()
          + " records in "
          + report.getChains()
          + " chains, "
          + report.getCheckpoints()
          + " signed checkpoints\n";
    }
    var table = Table.of("CHAIN", "SEQ", "DEFECT");
    for (var defect : report.getDefectsList()) {
      table.row(
          defect.getBootId().isEmpty() ? "checkpoint" : defect.getBootId(),
          Long.toString(defect.getSeq()),
          defect.getWhat());
    }
    return table.print(style);
  }
}
