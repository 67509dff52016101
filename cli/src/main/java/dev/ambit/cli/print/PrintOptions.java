package dev.ambit.cli.print;

import picocli.CommandLine.Option;

/// The option that says how data are printed, shared by every command that prints some.
public final class PrintOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table (default), json or yaml; the last two hold everything, from one model.")
  public Format format = Format.TABLE;
}
