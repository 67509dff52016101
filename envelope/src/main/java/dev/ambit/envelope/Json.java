package dev.ambit.envelope;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON value that every parser reads the same.
public sealed interface Json
    permits Json.Text, JsonNumber, Json.Truth, Json.Nothing, Json.Members, Json.Items {
  record Text(String value) implements Json {}

  record Truth(boolean value) implements Json {}

  record Nothing() implements Json {}

  /// Its members in the order in which they stood.
  record Members(Map<String, Json> values) implements Json {
    public Members {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  record Items(List<Json> values) implements Json {
    public Items {
      values = List.copyOf(values);
    }
  }
}
