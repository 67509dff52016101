package dev.ambit.bench.subject;

import java.util.ArrayList;
import java.util.List;

/// Gives subjects a processor of their own, away from agents and origin.
public final class Pinned {
  /// System property with the number of the subjects' processor; the launcher sets it where there
  /// are two or more.
  private static final String PROPERTY = "ambit.bench.processor";

  private Pinned() {}

  /// Whether subjects and the measuring side are apart.
  public static boolean apart() {
    return System.getProperty(PROPERTY) != null;
  }

  static List<String> command(List<String> command) {
    var processor = System.getProperty(PROPERTY);
    if (processor == null) {
      return command;
    }
    var pinned = new ArrayList<>(List.of("taskset", "--cpu-list", processor));
    pinned.addAll(command);
    return pinned;
  }
}
