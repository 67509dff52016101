package dev.ambit.e2e.agents;

import dev.ambit.cli.print.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// An answer as an agent got it.
///
/// @param headers by lower-case name
record Reply(int status, Map<String, String> headers, String body) {
  Reply {
    var lower = new TreeMap<String, String>();
    headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    headers = Map.copyOf(lower);
  }

  /// A member of the problem+json that the body is.
  String problem(String member) {
    return Json.read(body.getBytes(StandardCharsets.UTF_8)).orElse("") instanceof Map<?, ?> problem
        ? String.valueOf(problem.get(member))
        : "";
  }
}
