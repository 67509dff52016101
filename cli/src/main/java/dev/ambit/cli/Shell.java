package dev.ambit.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// What a command sees of the place it was typed in.
///
/// @param out data, and nothing else
/// @param err errors and progress
/// @param terminal true when a person is watching `err`
/// @param colour true when ANSI colours may be written
/// @param home the user's home folder
public record Shell(
    PrintWriter out,
    PrintWriter err,
    boolean terminal,
    boolean colour,
    Map<String, String> environment,
    Path home,
    InstantSource clock) {
  public Shell {
    environment = Map.copyOf(environment);
  }

  /// The process's own. Colour only on a terminal, and not with NO_COLOR (no-color.org) set.
  public static Shell system() {
    var environment = System.getenv();
    var terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    var colour =
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM"));
    return new Shell(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        terminal,
        colour,
        environment,
        Path.of(System.getProperty("user.home", ".")),
        InstantSource.system());
  }

  /// Where `ambit dev up` keeps its state: fixed, so that every command finds it.
  public Path developmentState() {
    var named = environment.get("AMBIT_DEV_STATE");
    return named == null || named.isEmpty()
        ? home.resolve(".local/state/ambit/dev")
        : Path.of(named);
  }

  /// The same place without colours.
  public Shell withoutColour() {
    return new Shell(out, err, terminal, false, environment, home, clock);
  }
}
