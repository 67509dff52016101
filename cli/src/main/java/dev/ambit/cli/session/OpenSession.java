package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit session open`.
@Command(
    name = "open",
    description = "Opens a session from a template, for one workload.",
    footer = {
      "",
      "Examples:",
      "  ambit session open --template coding-ticket --workload spiffe://example.org/ns/agents/sa/coder \\",
      "    --param owner=acme --param repo=shop --param ticket=42 --ttl 10m",
      "  ambit session open -t fetch-report --workload spiffe://example.org/agent -o json | jq -r .session.id"
    })
public final class OpenSession implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin OrderOptions order = new OrderOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = {"-w", "--workload"},
      required = true,
      paramLabel = "SPIFFE-ID",
      description = "The workload whose calls the session is for.")
  String workload = "";

  @Option(
      names = "--pod",
      paramLabel = "UID",
      description = "UID of its pod, for templates with binding: pod.")
  String pod = "";

  public OpenSession(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var opened = controlPlane.sessions().openSession(order.request(workload, pod));
      new Printer(shell, print)
          .print(
              () -> Tree.of(opened),
              style ->
                  new SessionView(shell.clock()).show(opened.getSession(), style)
                      + (opened.getHandle().isEmpty()
                          ? ""
                          : "\nhandle  " + opened.getHandle() + "  (secret; told once)\n"));
    }
  }
}
