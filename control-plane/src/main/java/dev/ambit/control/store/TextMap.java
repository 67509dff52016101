package dev.ambit.control.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// A map of texts as one JSON object in a column, keys in order.
final class TextMap {
  private static final JsonFactory JSON = new JsonFactory();

  private TextMap() {}

  static String write(Map<String, String> map) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (var entry : new TreeMap<>(map).entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return text.toString();
  }

  static Map<String, String> read(String text) {
    var map = new HashMap<String, String>();
    try (var json = JSON.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        map.put(name, json.nextTextValue());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return map;
  }
}
