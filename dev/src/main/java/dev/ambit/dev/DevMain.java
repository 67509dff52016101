package dev.ambit.dev;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cli.Shell;

/// The program `ambit` with the development set: everything of [AmbitMain], and `demo` and `dev`.
public final class DevMain {
  private DevMain() {}

  public static void main(String[] arguments) {
    AmbitMain.quietLogging();
    var shell = Shell.system();
    System.exit(AmbitMain.commandLine(shell).execute(arguments));
  }
}
