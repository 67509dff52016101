package dev.ambit.dev.upstream;

import dev.ambit.cli.print.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The things the API is about. Thread-safe; at most 1,000 of at most 4 KiB.
final class Items {
  static final int COUNT_MAX = 1_000;
  static final int TEXT_MAX = 4 * 1_024;

  private final Map<Integer, String> items = new LinkedHashMap<>();

  Items() {
    items.put(1, "quarterly figures");
    items.put(2, "list of suppliers");
    items.put(3, "notes of the last meeting");
  }

  synchronized String all() {
    return Json.line(
        Map.of(
            "items",
            items.entrySet().stream().map(item -> facts(item.getKey(), item.getValue())).toList()));
  }

  synchronized Optional<String> one(String id) {
    return items.entrySet().stream()
        .filter(item -> Integer.toString(item.getKey()).equals(id))
        .map(item -> Json.line(facts(item.getKey(), item.getValue())))
        .findFirst();
  }

  /// Nothing when there is no room, or the text is too long.
  synchronized Optional<String> add(String text) {
    if (items.size() >= COUNT_MAX || text.length() > TEXT_MAX) {
      return Optional.empty();
    }
    var id = items.size() + 1;
    items.put(id, text);
    return Optional.of(Json.line(facts(id, text)));
  }

  private static Map<String, Object> facts(int id, String text) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("id", id);
    facts.put("text", text);
    return facts;
  }
}
