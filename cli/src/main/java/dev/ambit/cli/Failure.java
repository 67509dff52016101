package dev.ambit.cli;

/// Ends a command with one sentence for the person who typed it: what is wrong, and what to do
/// next.
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  public Failure(ExitCode code, String sentence) {
    super(sentence);
    this.code = code;
  }

  public Failure(ExitCode code, String sentence, Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  public ExitCode code() {
    return code;
  }

  /// The sentence.
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
