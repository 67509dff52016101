package dev.ambit.cli;

import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.run.LocalProxy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/// What came of one typed command.
record Typed(int exit, String out, String err) {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  static Typed type(FakeControlPlane controlPlane, String... words) {
    return type(_ -> controlPlane.connect(), NO_PROXY, words);
  }

  static Typed type(Connector connector, LocalProxy proxy, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    var shell = shell(out, err, Path.of("/nowhere"), Map.of());
    var line = AmbitMain.finish(AmbitMain.commands(shell, connector, proxy), shell);
    return new Typed(line.execute(words), out.toString(), err.toString());
  }

  /// Over real connections, with a home folder.
  static Typed typeAt(Path home, Map<String, String> environment, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    var shell = shell(out, err, home, environment);
    var line = AmbitMain.commandLine(shell, NO_PROXY);
    return new Typed(line.execute(words), out.toString(), err.toString());
  }

  private static Shell shell(
      StringWriter out, StringWriter err, Path home, Map<String, String> environment) {
    return new Shell(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        false,
        false,
        environment,
        home,
        InstantSource.fixed(NOON));
  }

  private static final LocalProxy NO_PROXY =
      _ -> {
        throw new AssertionError("no proxy is started by this command");
      };
}
