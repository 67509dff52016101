package dev.ambit.cli.print;

/// How data are printed.
public enum Format {
  TABLE,
  JSON,
  YAML
}
