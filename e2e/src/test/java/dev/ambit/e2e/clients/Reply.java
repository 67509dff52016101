package dev.ambit.e2e.clients;

import dev.ambit.cli.print.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// An answer as an agent got it.
///
/// @param headers by lower-case name
public record Reply(int status, Map<String, String> headers, String body) {
  public Reply {
    var lower = new TreeMap<String, String>();
    headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    headers = Map.copyOf(lower);
  }

  /// Reads one that a program printed as a line of JSON: status, headers, body.
  static Reply parse(String json) {
    var facts = (Map<?, ?>) Json.read(json.strip().getBytes(StandardCharsets.UTF_8)).orElseThrow();
    var headers = new TreeMap<String, String>();
    if (facts.get("headers") instanceof Map<?, ?> fields) {
      fields.forEach((name, value) -> headers.put(name.toString(), String.valueOf(value)));
    }
    return new Reply(
        Integer.parseInt(String.valueOf(facts.get("status"))),
        headers,
        String.valueOf(facts.get("body")));
  }

  /// As such a line.
  String line() {
    return Json.line(Map.of("status", status, "headers", headers, "body", body));
  }

  /// A member of the problem+json that the body is.
  public String problem(String member) {
    return Json.read(body.getBytes(StandardCharsets.UTF_8)).orElse("") instanceof Map<?, ?> problem
        ? String.valueOf(problem.get(member))
        : "";
  }
}
