package dev.ambit.cli.status;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.Item.Verdict;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.GetStatusRequest;
import dev.ambit.proto.v1.GetStatusResponse;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ambit status`.
@Command(
    name = "status",
    description = {
      "Says how the control plane fares: its resources, proxies, sessions, closures, audit chains and providers.",
      "Exit 0: nothing to look after; 1: something is, and stderr says what."
    },
    footer = {"", "Examples:", "  ambit status", "  ambit status -o json | jq .resourcesStale"})
public final class ShowStatus implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  public ShowStatus(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var status = controlPlane.status().getStatus(GetStatusRequest.getDefaultInstance());
      new Printer(shell, print).print(() -> Tree.of(status), style -> table(status, style));
      var wrong = wrong(status);
      if (!wrong.isEmpty()) {
        throw new Failure(ExitCode.REFUSED, "status: " + wrong);
      }
    }
  }

  private static String table(GetStatusResponse status, Style style) {
    var facts =
        Table.facts()
            .row("control plane", status.getControlPlane())
            .fact("version", status.getVersion())
            .row(
                "resources",
                status.getResourcesDigest() + (status.getResourcesStale() ? " (stale)" : ""))
            .row("proxies", Integer.toString(status.getProxies()))
            .row(
                "sessions",
                status.getSessionsActive()
                    + " active, "
                    + status.getSessionsSuspended()
                    + " suspended, "
                    + status.getSessionsClosing()
                    + " closing")
            .row("overdue", status.getClosuresOverdue() + " closures")
            .row("audit", status.getAuditChainsBroken() + " stretches of chains refused")
            .print(style);
    return facts + proxies(status, style) + findings(status, style);
  }

  private static String proxies(GetStatusResponse status, Style style) {
    if (status.getAttachedCount() == 0) {
      return "";
    }
    var proxies = Table.of("WORKLOAD", "PROXY", "VERSION", "IN FORCE");
    for (var proxy : status.getAttachedList()) {
      proxies.row(
          proxy.getWorkload(),
          Skew.name(proxy),
          proxy.getProxyVersion(),
          proxy.getVersionInForce() + " of " + proxy.getVersionTold());
    }
    return "\n" + proxies.print(style);
  }

  private static String findings(GetStatusResponse status, Style style) {
    if (status.getFindingsCount() == 0) {
      return "";
    }
    var findings = Table.of("FILE", "LINE", "KEY", "FINDING");
    for (var finding : status.getFindingsList()) {
      findings.row(
          finding.getFile(),
          Integer.toString(finding.getLine()),
          finding.getKey(),
          finding.getMessage());
    }
    return "\n" + findings.print(style);
  }

  /// Everything that a person has to look after; empty when there is nothing.
  private static String wrong(GetStatusResponse status) {
    return Health.of(status).stream()
        .filter(item -> item.verdict() == Verdict.WRONG)
        .map(item -> item.found() + ", " + item.advice())
        .collect(Collectors.joining("; "));
  }
}
