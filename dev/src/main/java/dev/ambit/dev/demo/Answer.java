package dev.ambit.dev.demo;

import dev.ambit.cli.print.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What came of one call of the agent.
///
/// @param status 0 when there was nobody to ask, since the name did not exist
/// @param head all of it that the agent was told, as text
record Answer(int status, String head, String body) {
  private static final int NOBODY = 0;

  /// The name did not exist.
  static final Answer NO_NAME = new Answer(NOBODY, "", "");

  /// Whether the call was denied: in words, or because its name is none for this agent.
  boolean denied() {
    return status == 403 || status == NOBODY;
  }

  /// Whether something stands in what the agent was told.
  boolean tells(String text) {
    return head.contains(text) || body.contains(text);
  }

  /// The `reason` of a denial; empty when there is none.
  String reason() {
    if (status == NOBODY) {
      return "the name does not exist";
    }
    return Json.read(body.getBytes(StandardCharsets.UTF_8)).orElse("") instanceof Map<?, ?> problem
        ? String.valueOf(problem.containsKey("reason") ? problem.get("reason") : "")
        : "";
  }

  /// As the story tells it.
  @Override
  public String toString() {
    return status == NOBODY ? reason() : ("answered " + status + " " + reason()).strip();
  }
}
