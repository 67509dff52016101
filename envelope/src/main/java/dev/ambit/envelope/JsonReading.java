package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads JSON values of known types. Throws [IllegalArgumentException] with the key that is wrong,
/// [IOException] where it is no JSON.
final class JsonReading {
  private final JsonParser json;

  JsonReading(JsonParser json) {
    this.json = json;
  }

  /// Reads the value of one key. The parser stands on its first token.
  interface Member {
    void read(String key) throws IOException;
  }

  interface Element {
    void read() throws IOException;
  }

  /// Moves to the only value of the document, which `value` reads.
  void document(Element value) throws IOException {
    json.nextToken();
    value.read();
    if (json.nextToken() != null) {
      throw new IllegalArgumentException("trailing text (expected: one JSON object)");
    }
  }

  void object(String what, Member member) throws IOException {
    expect(JsonToken.START_OBJECT, what);
    for (var key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      json.nextToken();
      member.read(key);
    }
  }

  void array(String what, Element element) throws IOException {
    expect(JsonToken.START_ARRAY, what);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  /// Moves to the next token.
  void next() throws IOException {
    json.nextToken();
  }

  /// Stands at the beginning of an array whose elements are read one by one.
  void begin(String what) {
    expect(JsonToken.START_ARRAY, what);
  }

  /// Moves to the end of the array, which must be next.
  void end(String what) throws IOException {
    json.nextToken();
    expect(JsonToken.END_ARRAY, what);
  }

  /// A scalar as a value of JSON.
  Json scalar(String what) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> new Json.Text(json.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(json.getText());
      case VALUE_TRUE -> new Json.Truth(true);
      case VALUE_FALSE -> new Json.Truth(false);
      case VALUE_NULL -> new Json.Nothing();
      case null, default -> throw new IllegalArgumentException(what + ": wrong type");
    };
  }

  String string(String what) throws IOException {
    expect(JsonToken.VALUE_STRING, what);
    return json.getText();
  }

  List<String> strings(String what) throws IOException {
    var strings = new ArrayList<String>();
    array(what, () -> strings.add(string(what)));
    return strings;
  }

  long number(String what) throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, what);
    return json.getLongValue();
  }

  boolean truth(String what) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> throw new IllegalArgumentException(what + ": wrong type");
    };
  }

  static IllegalArgumentException unknown(String what) {
    return new IllegalArgumentException(what + ": unknown key (expected: those of this version)");
  }

  private void expect(JsonToken token, String what) {
    if (json.currentToken() != token) {
      throw new IllegalArgumentException(what + ": wrong type");
    }
  }
}
