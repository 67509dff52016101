package dev.ambit.dev.process;

import dev.ambit.cli.print.Json;
import java.util.Map;

/// The one line that a child writes to stdout: it serves now, and where.
public final class Ready {
  static final String PREFIX = "ready ";

  private Ready() {}

  /// Tells the parent. Call it once, when connections are accepted.
  public static void tell(Map<String, Object> facts) {
    System.out.println(PREFIX + Json.line(facts));
    System.out.flush();
  }
}
