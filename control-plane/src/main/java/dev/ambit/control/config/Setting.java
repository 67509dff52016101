package dev.ambit.control.config;

/// One environment variable of a program, and what its help says of it.
public interface Setting {
  /// As it stands in the environment.
  String variable();

  /// What it is when it is not set; empty: nothing.
  String usual();

  String meaning();

  /// Form, unit and bounds of a value.
  String form();
}
