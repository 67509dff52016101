package dev.ambit.dev;

import dev.ambit.cli.Shell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// What came of one typed command of the program with the development set.
public record Typed(int exit, String out, String err) {
  /// Types it.
  ///
  /// @param home stands for the user's home folder, and so for the place of the set that is kept
  public static Typed type(Path home, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    var shell =
        new Shell(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false,
            false,
            Map.of(),
            home,
            InstantSource.system());
    return new Typed(DevMain.commandLine(shell).execute(words), out.toString(), err.toString());
  }
}
