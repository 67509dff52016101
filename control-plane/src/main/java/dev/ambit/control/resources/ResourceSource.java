package dev.ambit.control.resources;

import dev.ambit.resources.Reading;

/// Where resources come from. Asked once a second by one thread.
public interface ResourceSource {
  /// How it is called in the log.
  String name();

  /// All of them, or everything that is wrong with them.
  Reading read();

  /// Another text whenever reading may give another result; cheap.
  String fingerprint();

  /// Told what came of a reading that was taken up, or refused; for who keeps a record of it at the
  /// source.
  default void taken(Reading reading) {}
}
