package dev.ambit.cli;

import dev.ambit.cli.print.Text;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/// Answers a command that was typed wrongly: what is wrong, and where to read how it goes. A
/// command that groups others lists them.
final class Usage implements IParameterExceptionHandler {
  private final Shell shell;

  Usage(Shell shell) {
    this.shell = shell;
  }

  @Override
  public int handleParseException(ParameterException exception, String[] arguments) {
    var line = exception.getCommandLine();
    var message = String.valueOf(exception.getMessage());
    if (message.startsWith("Missing command")) {
      line.usage(shell.err());
    }
    shell.err().println("ambit: " + Text.line(message));
    CommandLine.UnmatchedArgumentException.printSuggestions(exception, shell.err());
    shell.err().println("       see: " + line.getCommandSpec().qualifiedName() + " --help");
    shell.err().flush();
    return ExitCode.USAGE.number();
  }
}
