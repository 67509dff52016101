package dev.ambit.cli.audit;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.ListAuditRecordsRequest;
import dev.ambit.proto.v1.StoredRecord;
import java.util.ArrayList;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `ambit audit show`.
@Command(
    name = "show",
    description = {
      "Lists the calls of one session, oldest first: each with its decision and how it ended. Exit 1 when a record is",
      "not as it was written."
    },
    footer = {
      "",
      "Examples:",
      "  ambit audit show 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit audit show 01JZ8YQ5V7N3K2M4P6R8T0W1X3 -o json | jq '.records[].record.decision.reason'"
    })
public final class ShowAudit implements Runnable {
  private static final int PAGE = 500;
  private static final int LIMIT_MAX = 100_000;

  private final Shell shell;
  private final Connector connector;

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "At most this many records, 1 to 100000. Default: 1000.")
  int limit = 1_000;

  @Parameters(paramLabel = "SESSION", description = "Identifier of the session.")
  String session = "";

  public ShowAudit(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ParameterException(
          spec.commandLine(), "--limit: " + limit + " (expected: 1 to " + LIMIT_MAX + ")");
    }
    var records = new ArrayList<StoredRecord>();
    var more = false;
    try (var controlPlane = connector.connect(connection)) {
      var request = ListAuditRecordsRequest.newBuilder().setSessionId(session);
      do {
        request.setPageSize(Math.min(PAGE, limit - records.size()));
        var page = controlPlane.audit().listAuditRecords(request.build());
        records.addAll(page.getRecordsList());
        request.setPageToken(page.getNextPageToken());
        more = !page.getNextPageToken().isEmpty();
      } while (more && records.size() < limit);
    }
    new Printer(shell, print)
        .print(() -> Map.of("records", Tree.of(records)), style -> AuditView.print(records, style));
    var changed = records.stream().filter(record -> !record.getDefect().isEmpty()).toList();
    if (!changed.isEmpty()) {
      var first = changed.getFirst();
      throw new Failure(
          ExitCode.REFUSED,
          "audit: "
              + changed.size()
              + " of these records are not as they were written, the first is "
              + first.getSeq()
              + " of chain "
              + first.getBootId()
              + ": "
              + first.getDefect()
              + "; see the whole trail with: ambit audit verify "
              + session);
    }
    if (more) {
      shell.err().println("ambit: there are more records; raise --limit to see them");
    }
  }
}
