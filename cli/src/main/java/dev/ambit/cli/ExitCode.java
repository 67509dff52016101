package dev.ambit.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/// How a command ends. The one list of exit codes; `--help` prints it.
public enum ExitCode {
  OK(0, "done"),
  REFUSED(
      1,
      "refused or failed: the control plane said no, a receipt does not verify, a claim did not hold"),
  USAGE(2, "wrong usage: an option or argument is unknown, missing or malformed"),
  NOT_FOUND(3, "no such session, receipt or file"),
  UNREACHABLE(
      4,
      "the control plane cannot be reached, is not who it should be, or does not accept who you are"),
  CONFIGURATION(
      64, "this machine is not set up for the command: access directory, proxy or development set"),
  INTERNAL(70, "a defect of the command itself");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  /// Every code with its meaning, for help texts.
  public static Map<String, String> meanings() {
    var meanings = new LinkedHashMap<String, String>();
    for (var code : values()) {
      meanings.put(Integer.toString(code.number), code.meaning);
    }
    return meanings;
  }
}
