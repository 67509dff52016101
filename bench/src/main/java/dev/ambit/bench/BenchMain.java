package dev.ambit.bench;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cli.Shell;
import picocli.CommandLine;

/// The program behind `./ambit bench`. The launcher gives it a network namespace and a processor.
public final class BenchMain {
  private BenchMain() {}

  public static void main(String[] arguments) {
    AmbitMain.quietLogging();
    System.exit(commandLine(Shell.system()).execute(arguments));
  }

  static CommandLine commandLine(Shell shell) {
    var line =
        new CommandLine(new BenchCommand(shell))
            .addSubcommand(new TrainCommand(shell))
            .addSubcommand(new SoakCommand(shell))
            .addSubcommand(new StrainCommand(shell))
            .addSubcommand(new LeaveCommand(shell))
            .addSubcommand(new ReturnCommand(shell));
    return AmbitMain.finish(line, shell);
  }
}
