package dev.ambit.cli;

import dev.ambit.cli.print.Text;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// Turns whatever ended a command into one sentence on stderr and an exit code. Never a stack
/// trace, unless AMBIT_DEBUG is set.
public final class Errors implements IExecutionExceptionHandler {
  /// How Netty begins the messages of failed system calls.
  private static final Pattern SYSTEM_CALL =
      Pattern.compile("^[a-zA-Z]+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ");

  private final Shell shell;

  Errors(Shell shell) {
    this.shell = shell;
  }

  @Override
  public int handleExecutionException(Exception exception, CommandLine line, ParseResult parsed) {
    var failure =
        switch (exception) {
          case Failure known -> known;
          case StatusRuntimeException answered -> ofStatus(answered.getStatus());
          default ->
              new Failure(
                  ExitCode.INTERNAL,
                  "unexpected "
                      + exception.getClass().getSimpleName()
                      + ": "
                      + exception.getMessage()
                      + "; run it again with AMBIT_DEBUG=1 and report what it prints",
                  exception);
        };
    shell.err().println("ambit: " + Text.line(failure.sentence()));
    if (!shell.environment().getOrDefault("AMBIT_DEBUG", "").isEmpty()) {
      exception.printStackTrace(shell.err());
    }
    return failure.code().number();
  }

  /// The control plane's sentences name the field; what is added says where to look next.
  public static Failure ofStatus(Status status) {
    var said = status.getDescription();
    var sentence = said == null || said.isEmpty() ? status.getCode().toString() : said;
    return switch (status.getCode()) {
      case NOT_FOUND ->
          new Failure(ExitCode.NOT_FOUND, sentence + "; see what there is: ambit session list");
      case UNAUTHENTICATED ->
          new Failure(
              ExitCode.UNREACHABLE,
              "token: "
                  + sentence
                  + "; take the current access directory of the control plane (--access or"
                  + " AMBIT_ACCESS)");
      case PERMISSION_DENIED -> new Failure(ExitCode.UNREACHABLE, sentence);
      case UNAVAILABLE -> new Failure(ExitCode.UNREACHABLE, unreachable(status, sentence));
      case DEADLINE_EXCEEDED ->
          new Failure(
              ExitCode.UNREACHABLE, "server: no answer in time; is the control plane healthy?");
      case FAILED_PRECONDITION ->
          new Failure(
              ExitCode.REFUSED, sentence + "; see how it stands: ambit session show SESSION");
      default -> new Failure(ExitCode.REFUSED, sentence);
    };
  }

  private static String unreachable(Status status, String sentence) {
    return "server: "
        + rootCause(status, sentence)
        + "; is the control plane running, and is it the right address (--access, --server, --kubeconfig)?";
  }

  private static String rootCause(Status status, String sentence) {
    var cause = status.getCause();
    if (cause == null) {
      return sentence;
    }
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    var said = cause.getMessage();
    return said == null ? sentence : SYSTEM_CALL.matcher(said).replaceFirst("");
  }
}
