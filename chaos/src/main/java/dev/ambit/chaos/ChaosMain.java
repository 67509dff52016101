package dev.ambit.chaos;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cli.Shell;
import java.util.LinkedHashMap;
import picocli.CommandLine;

/// The program behind `./ambit chaos`.
public final class ChaosMain {
  private ChaosMain() {}

  public static void main(String[] arguments) {
    AmbitMain.quietLogging();
    System.exit(commandLine(Shell.system()).execute(arguments));
  }

  static CommandLine commandLine(Shell shell) {
    var line = AmbitMain.finish(new CommandLine(new ChaosCommand(shell)), shell);
    var codes = new LinkedHashMap<String, String>();
    codes.put("0", "held");
    codes.put("1", "something did not hold, or the run could not be made; the logs are kept");
    codes.put("2", "wrong usage: an option or argument is unknown, missing or malformed");
    line.getCommandSpec().usageMessage().exitCodeList(codes);
    return line;
  }
}
