package dev.ambit.cli.print;

import dev.ambit.cli.Shell;
import java.util.function.Function;
import java.util.function.Supplier;

/// Writes data to stdout in the format that was asked for.
public final class Printer {
  private final Shell shell;
  private final Format format;

  public Printer(Shell shell, PrintOptions options) {
    this.shell = shell;
    this.format = options.format;
  }

  /// One answer: a table for people, or its model.
  public void print(Supplier<Object> model, Function<Style, String> table) {
    shell
        .out()
        .print(
            switch (format) {
              case TABLE -> table.apply(new Style(shell.colour()));
              case JSON -> Json.pretty(model.get()) + "\n";
              case YAML -> Yaml.of(model.get());
            });
    shell.out().flush();
  }

  /// One of many answers of a stream: a line, a line of JSON, or a YAML document.
  public void next(Supplier<Object> model, Function<Style, String> line) {
    shell
        .out()
        .print(
            switch (format) {
              case TABLE -> line.apply(new Style(shell.colour())) + "\n";
              case JSON -> Json.line(model.get()) + "\n";
              case YAML -> "---\n" + Yaml.of(model.get());
            });
    shell.out().flush();
  }
}
