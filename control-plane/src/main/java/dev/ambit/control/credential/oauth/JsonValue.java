package dev.ambit.control.credential.oauth;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A JSON value that can be compared with another: members in any order, numbers as written.
sealed interface JsonValue {
  record Members(Map<String, JsonValue> members) implements JsonValue {
    public Members {
      members = Map.copyOf(members);
    }
  }

  record Items(List<JsonValue> items) implements JsonValue {
    public Items {
      items = List.copyOf(items);
    }
  }

  record Text(String text) implements JsonValue {}

  /// A number, `true`, `false` or `null`.
  record Plain(String text) implements JsonValue {}

  /// The items of the array that the parser stands on; empty when it stands on no array. Leaves
  /// other values to be skipped.
  static Optional<List<JsonValue>> list(JsonParser json) throws IOException {
    return json.currentToken() == JsonToken.START_ARRAY
        ? Optional.of(items(json))
        : Optional.empty();
  }

  /// The items of a text that is a JSON array.
  static List<JsonValue> list(String text) {
    try (var json = TokenResponse.STRICT.createParser(text)) {
      json.nextToken();
      return items(json);
    } catch (IOException e) {
      throw new IllegalStateException("json: no array (expected: checked when it was read)", e);
    }
  }

  private static List<JsonValue> items(JsonParser json) throws IOException {
    var items = new ArrayList<JsonValue>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(json));
    }
    return items;
  }

  private static JsonValue value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        var members = new LinkedHashMap<String, JsonValue>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          var name = json.currentName();
          json.nextToken();
          members.put(name, value(json));
        }
        yield new Members(members);
      }
      case START_ARRAY -> new Items(items(json));
      case VALUE_STRING -> new Text(json.getText());
      default -> new Plain(json.getText());
    };
  }
}
