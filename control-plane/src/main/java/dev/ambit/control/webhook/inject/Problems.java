package dev.ambit.control.webhook.inject;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Collects everything for which a pod is refused, so that it can be mended in one go.
final class Problems {
  /// More than this is counted, not listed: a message is read by a person.
  static final int MAX = 20;

  private final List<String> problems = new ArrayList<>();
  private int dropped;

  /// @param expected what would be right, and what to do
  void add(String field, JsonNode value, String expected) {
    add(field, value.isString() ? value.stringValue() : value.toString(), expected);
  }

  void add(String field, String value, String expected) {
    if (problems.size() == MAX) {
      dropped++;
      return;
    }
    problems.add(field + ": " + Shown.of(value) + " (expected: " + expected + ")");
  }

  List<String> all() {
    var all = new ArrayList<>(problems);
    if (dropped > 0) {
      all.add(dropped + " more");
    }
    return all;
  }
}
