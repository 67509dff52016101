package dev.ambit.cli;

import dev.ambit.cli.audit.AuditCommand;
import dev.ambit.cli.audit.ShowAudit;
import dev.ambit.cli.audit.VerifyAudit;
import dev.ambit.cli.cluster.ShowNamespace;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.envelope.EnvelopeCommand;
import dev.ambit.cli.envelope.Explain;
import dev.ambit.cli.envelope.LintEnvelope;
import dev.ambit.cli.receipt.KeysReceipt;
import dev.ambit.cli.receipt.ReceiptCommand;
import dev.ambit.cli.receipt.ShowReceipt;
import dev.ambit.cli.receipt.VerifyReceipt;
import dev.ambit.cli.run.LocalProxy;
import dev.ambit.cli.run.RunSession;
import dev.ambit.cli.run.SidecarProxy;
import dev.ambit.cli.session.CloseSession;
import dev.ambit.cli.session.ContextSession;
import dev.ambit.cli.session.ExtendSession;
import dev.ambit.cli.session.ListSessions;
import dev.ambit.cli.session.OpenSession;
import dev.ambit.cli.session.ResumeSession;
import dev.ambit.cli.session.SessionCommand;
import dev.ambit.cli.session.ShowSession;
import dev.ambit.cli.session.SuspendSession;
import dev.ambit.cli.session.WatchSession;
import dev.ambit.cli.status.Check;
import dev.ambit.cli.status.ShowStatus;
import dev.ambit.cli.trust.TestTrust;
import dev.ambit.cli.trust.TrustCommand;
import dev.ambit.cli.trust.TrustEnvironment;
import java.util.ArrayList;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The program `ambit`, without the development set: that is `dev.ambit.dev.DevMain`.
public final class AmbitMain {
  private AmbitMain() {}

  public static void main(String[] arguments) {
    quietLogging();
    var shell = Shell.system();
    System.exit(commandLine(shell, new SidecarProxy(shell)).execute(arguments));
  }

  /// Keeps libraries from talking on the terminal. Call it before anything logs.
  public static void quietLogging() {
    System.setProperty("logback.configurationFile", "dev/ambit/cli/logback.xml");
    Logger.getLogger("").setLevel(Level.WARNING); // java-spiffe writes to java.util.logging
  }

  /// Every command of this module, wired. A program that has more adds subcommands and then calls
  /// [#finish].
  public static CommandLine commandLine(Shell shell, LocalProxy proxy) {
    return finish(commands(shell, Connector.tls(shell), proxy), shell);
  }

  /// The commands over a given way to connect, unfinished.
  public static CommandLine commands(Shell shell, Connector connector, LocalProxy proxy) {
    var session =
        new CommandLine(new SessionCommand())
            .addSubcommand(new OpenSession(shell, connector))
            .addSubcommand(new ListSessions(shell, connector))
            .addSubcommand(new ShowSession(shell, connector))
            .addSubcommand(new WatchSession(shell, connector))
            .addSubcommand(new ExtendSession(shell, connector))
            .addSubcommand(new ContextSession(shell, connector))
            .addSubcommand(new SuspendSession(shell, connector))
            .addSubcommand(new ResumeSession(shell, connector))
            .addSubcommand(new CloseSession(shell, connector))
            .addSubcommand(
                new CommandLine(new RunSession(shell, connector, proxy)).setStopAtPositional(true));
    var audit =
        new CommandLine(new AuditCommand())
            .addSubcommand(new ShowAudit(shell, connector))
            .addSubcommand(new VerifyAudit(shell, connector));
    var receipt =
        new CommandLine(new ReceiptCommand())
            .addSubcommand(new ShowReceipt(shell, connector))
            .addSubcommand(new VerifyReceipt(shell, connector))
            .addSubcommand(new KeysReceipt(shell, connector));
    var trust =
        new CommandLine(new TrustCommand())
            .addSubcommand(new TrustEnvironment(shell))
            .addSubcommand(new TestTrust(shell, connector));
    return new CommandLine(new Ambit())
        .addSubcommand(new Check(shell, connector))
        .addSubcommand(new ShowStatus(shell, connector))
        .addSubcommand(session)
        .addSubcommand(
            new CommandLine(new EnvelopeCommand()).addSubcommand(new LintEnvelope(shell)))
        .addSubcommand(new Explain(shell, connector))
        .addSubcommand(audit)
        .addSubcommand(receipt)
        .addSubcommand(trust)
        .addSubcommand(new ShowNamespace(shell));
  }

  /// Gives every command the same help option, exit codes, colours and way to fail.
  public static CommandLine finish(CommandLine line, Shell shell) {
    line.setOut(shell.out())
        .setErr(shell.err())
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                shell.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
        .setExecutionExceptionHandler(new Errors(shell))
        .setParameterExceptionHandler(new Usage(shell))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(java.time.Duration.class, new Durations());
    prepare(line);
    return line;
  }

  private static void prepare(CommandLine line) {
    line.getCommandSpec().mixinStandardHelpOptions(false);
    if (line.getCommandSpec().findOption("--help") == null) {
      line.getCommandSpec()
          .addOption(
              CommandLine.Model.OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Shows this help.")
                  .build());
    }
    UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    usage.exitCodeListHeading("%nExit codes:%n").exitCodeList(ExitCode.meanings());
    usage.width(110).sortOptions(false);
    new ArrayList<>(line.getSubcommands().values()).forEach(AmbitMain::prepare);
  }
}
