package dev.ambit.dev;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.run.SidecarProxy;
import dev.ambit.dev.demo.DemoCommand;
import dev.ambit.dev.set.SetProxy;
import dev.ambit.dev.up.DevCommand;
import dev.ambit.dev.up.DevDown;
import dev.ambit.dev.up.DevStatus;
import dev.ambit.dev.up.DevUp;
import picocli.CommandLine;

/// The program `ambit` with the development set: everything of [AmbitMain], and `demo` and `dev`.
public final class DevMain {
  private DevMain() {}

  public static void main(String[] arguments) {
    AmbitMain.quietLogging();
    System.exit(commandLine(Shell.system()).execute(arguments));
  }

  /// Every command, wired.
  static CommandLine commandLine(Shell shell) {
    var proxy = new SetProxy(shell, new SidecarProxy(shell));
    var dev =
        new CommandLine(new DevCommand())
            .addSubcommand(new DevUp(shell))
            .addSubcommand(new DevDown(shell))
            .addSubcommand(new DevStatus(shell));
    var line =
        AmbitMain.commands(shell, Connector.tls(shell), proxy)
            .addSubcommand(new DemoCommand(shell))
            .addSubcommand(dev);
    return AmbitMain.finish(line, shell);
  }
}
