package dev.ambit.chaos;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cli.Shell;
import java.util.LinkedHashMap;
import picocli.CommandLine;

/// The program behind `./ambit chaos`.
public final class ChaosMain {
  /// For a command line that nobody meant, as our programs have it.
  static final int USAGE = 64;

  private ChaosMain() {}

  public static void main(String[] arguments) {
    AmbitMain.quietLogging();
    System.exit(commandLine(Shell.system()).execute(arguments));
  }

  static CommandLine commandLine(Shell shell) {
    var line = AmbitMain.finish(new CommandLine(new ChaosCommand(shell)), shell);
    var tell = line.getParameterExceptionHandler();
    line.setParameterExceptionHandler((exception, words) -> {
      var _ = tell.handleParseException(exception, words);
      return USAGE;
    });
    var codes = new LinkedHashMap<String, String>();
    codes.put("0", "held");
    codes.put("1", "something did not hold, or the run could not be made; the logs are kept");
    codes.put("64", "wrong usage: an option or argument is unknown, missing or malformed");
    line.getCommandSpec().usageMessage().exitCodeList(codes);
    return line;
  }
}
