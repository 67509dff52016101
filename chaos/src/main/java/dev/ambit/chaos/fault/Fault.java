package dev.ambit.chaos.fault;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/// Something that goes wrong for a while. Drawn from the seed before the run begins, with
/// everything about it but the instant.
public interface Fault {
  /// Of the table in the security design.
  String id();

  /// In words, for the plan and for findings.
  String what();

  Set<Hop> disturbs();

  /// How long it is left to last.
  ///
  /// @param drawn for its family; a fault that has a length of its own says that instead
  default Duration lasts(Duration drawn) {
    return drawn;
  }

  /// Lets it go wrong. Returns soon.
  void begin(Ground ground) throws IOException;

  /// Takes it away again; when it returns the cause is gone, whatever its consequences are. Does
  /// nothing wrong when it had not begun.
  void clear(Ground ground) throws IOException;
}
